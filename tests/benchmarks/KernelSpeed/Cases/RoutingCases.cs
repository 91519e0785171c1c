using Shardwright;
using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>Routing of 2,048 tokens of width 256 to two of eight experts. Experts are drawn evenly, so copies go to scattered rows.</summary>
internal static class RoutingCases
{
    private const int Tokens = 2048, Width = 256, Experts = 8, Kept = 2, Sequences = 16;
    private const string Routers = "2048×8, top-2", Copies = "2048×256, top-2";

    public static IEnumerable<KernelCase> All()
    {
        yield return new("TopK", Routers, new(Reads: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            return new(() => Kernels.TopK(r.Logits.Span, r.Chosen.Integers, Tokens, Experts, Kept));
        });
        yield return new("Gates", Routers, new(Exponentials: Tokens * Kept, Reads: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            return new(() => Kernels.Gates(r.Logits.Span, r.Chosen.Integers, r.Gates.Span, Tokens, Experts, Kept));
        });
        yield return new("RouterStatistics", Routers, new(Exponentials: Tokens * Experts, Reads: 1, Writes: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            var (probabilities, statistics) = (buffers.Floats(Tokens * Experts), buffers.Floats(Experts + 1));
            return new(() => Kernels.RouterStatistics(r.Logits.Span, probabilities.Span, statistics.Span, Segments.Uniform(Sequences, Tokens / Sequences), Experts));
        });
        yield return new("RouterGradient", Routers, new(Exponentials: Tokens * Experts, Reads: 2, Writes: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            var (dgates, probabilities, dlogits) = (buffers.Random(Tokens * Kept), buffers.Random(Tokens * Experts, 0), buffers.Floats(Tokens * Experts));
            var counts = buffers.RandomIntegers(Experts, Tokens);
            return new(() => Kernels.RouterGradient(r.Chosen.Integers, r.Gates.Span, dgates.Span, probabilities.Span, r.Logits.Span, counts.Integers, dlogits.Span,
                Tokens, Experts, Kept, 1e-6f, 1e-6f));
        });
        yield return new("ChooseExperts", "2048×8, top-2 of 2 of 4 groups", new(Exponentials: Tokens * Experts, Reads: 1, Elements: Tokens * Experts), buffers =>
        {
            var (r, bias) = (new Routing(buffers), buffers.Random(Experts));
            return new(() => Kernels.ChooseExperts(r.Logits.Span, r.Chosen.Integers, Tokens, Experts, Kept, RouterScore.Sigmoid, 4, 2, bias.Span));
        });
        yield return new("Jitter", "2048×8", new(Reads: 1, Writes: 1, Elements: Tokens * Experts), buffers =>
        {
            var (r, y) = (new Routing(buffers), buffers.Floats(Tokens * Experts));
            return new(() => Kernels.Jitter(r.Logits.Span, y.Span, Tokens, Experts, 0.01f, 1, 0));
        });
        yield return new("ScoreGates", Routers, new(Exponentials: Tokens * Kept, Reads: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            return new(() => Kernels.ScoreGates(r.Logits.Span, r.Chosen.Integers, r.Gates.Span, Tokens, Experts, Kept, RouterScore.Sigmoid, true, 2.5f));
        });
        yield return new("ScoreStatistics", Routers, new(Exponentials: 2 * Tokens * Experts, Reads: 1, Writes: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            var (probabilities, statistics) = (buffers.Floats(Tokens * Experts), buffers.Floats(Experts + 1));
            return new(() => Kernels.ScoreStatistics(r.Logits.Span, default, probabilities.Span, statistics.Span, Segments.Uniform(Sequences, Tokens / Sequences), Experts, RouterScore.Sigmoid));
        });
        yield return new("ScoreGradient", Routers, new(Exponentials: 2 * Tokens * Experts, Reads: 1, Writes: 1, Elements: Tokens * Experts), buffers =>
        {
            var r = new Routing(buffers);
            var (dgates, dlogits, counts) = (buffers.Random(Tokens * Kept), buffers.Floats(Tokens * Experts), buffers.RandomIntegers(Experts, Tokens));
            return new(() => Kernels.ScoreGradient(r.Chosen.Integers, r.Gates.Span, dgates.Span, r.Logits.Span, counts.Integers, dlogits.Span,
                Tokens, 1, Experts, Kept, RouterScore.Sigmoid, true, 2.5f, 1e-6f, 1e-6f));
        });
        yield return new("Permute", Copies, new(Reads: 1, Writes: 2, Elements: Tokens * Width), buffers =>
        {
            var (r, x, sent) = (new Routing(buffers), buffers.Random(Tokens * Width), buffers.Floats(Kept * Tokens * Width));
            return new(() => Kernels.Permute(x.Span, r.Slots.Integers, sent.Span, Tokens, Kept, Width));
        });
        yield return new("PermuteGradient", Copies, new(Reads: 2, Writes: 1, Elements: Tokens * Width), buffers =>
        {
            var (r, dsent, dx) = (new Routing(buffers), buffers.Random(Kept * Tokens * Width), buffers.Floats(Tokens * Width));
            return new(() => Kernels.PermuteGradient(dsent.Span, r.Slots.Integers, dx.Span, Tokens, Kept, Width));
        });
        yield return new("Combine", Copies, new(Reads: 2, Writes: 1, Elements: Tokens * Width), buffers =>
        {
            var (r, returned, y) = (new Routing(buffers), buffers.Random(Kept * Tokens * Width), buffers.Floats(Tokens * Width));
            return new(() => Kernels.Combine(returned.Span, r.Slots.Integers, r.Gates.Span, y.Span, Tokens, Kept, Width));
        });
        yield return new("Combine + residual", Copies, new(Reads: 3, Writes: 1, Elements: Tokens * Width), buffers =>
        {
            var (r, returned, x, y) = (new Routing(buffers), buffers.Random(Kept * Tokens * Width), buffers.Random(Tokens * Width), buffers.Floats(Tokens * Width));
            return new(() => Kernels.Combine(returned.Span, r.Slots.Integers, r.Gates.Span, y.Span, Tokens, Kept, Width, x.Span));
        });
        yield return new("CombineGradient", Copies, new(Reads: 3, Writes: 2, Elements: Tokens * Width), buffers =>
        {
            var (r, dy, returned) = (new Routing(buffers), buffers.Random(Tokens * Width), buffers.Random(Kept * Tokens * Width));
            var (dreturned, dgates) = (buffers.Floats(Kept * Tokens * Width), buffers.Floats(Kept * Tokens));
            return new(() => Kernels.CombineGradient(dy.Span, returned.Span, r.Slots.Integers, r.Gates.Span, dreturned.Span, dgates.Span, Tokens, Kept, Width));
        });
    }

    private sealed class Routing
    {
        public Routing(Buffers buffers)
        {
            (Logits, Chosen, Gates, Slots) = (buffers.Random(Tokens * Experts), buffers.Floats(Tokens * Kept), buffers.Floats(Tokens * Kept), buffers.Floats(Tokens * Kept));
            Kernels.TopK(Logits.Span, Chosen.Integers, Tokens, Experts, Kept);
            Kernels.Gates(Logits.Span, Chosen.Integers, Gates.Span, Tokens, Experts, Kept);
            Kernels.DispatchOrder(Chosen.Integers, Slots.Integers, Tokens, Kept, Experts);
        }

        public Block Logits { get; }

        public Block Chosen { get; }

        public Block Gates { get; }

        public Block Slots { get; }
    }
}
