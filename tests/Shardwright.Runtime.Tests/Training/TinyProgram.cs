using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>A rank of <see cref="TinyPlan"/>, written as the code generator would, with plain loops in place of kernels.</summary>
internal sealed class TinyProgram : RankProgram
{
    private const int Width = TinyPlan.Width, Length = TinyPlan.Length;

    private readonly TinyPlan.Offsets at;
    private readonly ExpertExchange exchange;
    private readonly int[] experts, slots, counts, gathered;
    private readonly float[] leaves, loss = new float[1];

    public TinyProgram(RankContext context, Dispatch lowering) : base(context)
    {
        at = TinyPlan.Layout(context.Plan.Data, context.Plan.Expert);
        int sequences = TinyPlan.Batch / context.Plan.Data;
        exchange = new(this, "Experts", TinyPlan.Experts, 1, sequences, Length, lowering);
        (experts, slots) = (new int[at.Rows], new int[at.Rows]);
        counts = new int[TinyPlan.Experts * sequences];
        gathered = new int[TinyPlan.Experts * TinyPlan.Batch];
        leaves = new float[TinyPlan.Batch * Width];
    }

    /// <summary>What a test makes a rank do in the middle of a step; given rank and step.</summary>
    public Action<int, int>? Interrupt { get; init; }

    /// <summary>Elements of a buffer that a step asks for beside its own; 0 for none.</summary>
    public long ExtraElements { get; init; }

    protected override float CountLossWeights(int microBatch)
    {
        var weights = FloatInput(3, microBatch);
        for (int sequence = 0; sequence < weights.Length / Length; sequence++)
            leaves[sequence] = weights[sequence * Length] + weights[sequence * Length + 1];
        return Tree(leaves, weights.Length / Length, 1);
    }

    protected override void Train(int microBatch)
    {
        Interrupt?.Invoke(Rank, Step);
        if (ExtraElements > 0)
            Floats(0, ExtraElements);
        Forward(microBatch);
        Routed.Resize(2 * Width * 4);
        Loss(microBatch);
        Backward(microBatch);
        Routed.Pop();
    }

    protected override void Update() => UpdateParameters();

    protected override void Evaluate(int microBatch)
    {
        Forward(microBatch);
        Loss(microBatch);
        Routed.Pop();
    }

    protected override void Infer(int microBatch)
    {
        Forward(microBatch);
        WriteOutput(Rows(2));
        Routed.Pop();
    }

    private void Forward(int microBatch)
    {
        var x = FloatInput(0, microBatch);
        Span<float> gain = Floats(0, Width), h = Rows(0), sent = Rows(1);
        for (int i = 0; i < x.Length; i++)
            h[i] = gain[i % Width] * x[i];
        SelectExperts(0, 0, microBatch, FloatInput(1, microBatch), experts, at.Rows, TinyPlan.Experts, 1);
        Order();
        World.AllGather(counts, gathered, "route counts");
        exchange.Open(gathered);
        ReportRoutes(0, 0, exchange);
        for (int token = 0; token < at.Rows; token++)
            h.Slice(token * Width, Width).CopyTo(sent[(slots[token] * Width)..]);
        Routed.Push(exchange.Rows, 3 * Width * 4);
        Span<float> received = Routed.Floats(0, Width), result = Routed.Floats(Width * 4, Width);
        exchange.Dispatch(sent, received, Width);
        for (int local = 0; local < exchange.LocalExperts; local++)
            for (int i = exchange.Start(local) * Width; i < (exchange.Start(local) + exchange.Count(local)) * Width; i++)
                result[i] = Floats(at.Scale(0), at.LocalExperts * Width)[local * Width + i % Width] * received[i];
        exchange.Return(result, sent, Width);
        for (int token = 0; token < at.Rows; token++)
            sent.Slice(slots[token] * Width, Width).CopyTo(Rows(2)[(token * Width)..]);
    }

    private void Loss(int microBatch)
    {
        ReadOnlySpan<float> y = Rows(2), target = FloatInput(2, microBatch), weights = FloatInput(3, microBatch);
        var dy = Rows(3);
        for (int sequence = 0; sequence < at.Rows / Length; sequence++)
        {
            float sum = 0;
            for (int i = sequence * Length * Width; i < (sequence + 1) * Length * Width; i++)
            {
                float error = y[i] - target[i % Width];
                sum += weights[i / Width] * 0.5f * error * error;
                dy[i] = weights[i / Width] * error / LossDenominator / MicroBatches;
            }
            leaves[sequence] = sum;
        }
        loss[0] = Tree(leaves, at.Rows / Length, 1);
        World.AllReduce(loss.AsSpan(), "loss");
        ReportLoss(loss[0] / LossDenominator);
        ReportAuxiliary(0.5f, 0.25f);
    }

    private void Backward(int microBatch)
    {
        Span<float> dy = Rows(3), dsent = Rows(1), dreceived = Routed.Floats(Width * 4, Width), received = Routed.Floats(0, Width);
        for (int token = 0; token < at.Rows; token++)
            dy.Slice(token * Width, Width).CopyTo(dsent[(slots[token] * Width)..]);
        exchange.Open(gathered);
        exchange.Dispatch(dsent, dreceived, Width);
        var scale = Floats(at.Scale(0), at.LocalExperts * Width);
        for (int local = 0; local < exchange.LocalExperts; local++)
        {
            Span<float> mine = dreceived.Slice(exchange.Start(local) * Width, exchange.Count(local) * Width), inputs = received.Slice(exchange.Start(local) * Width, mine.Length);
            SumTokens(mine, inputs, exchange.Sequences(local));
            ExpertReplicas.AllReduce(leaves.AsSpan(0, Width), "expert gradients");
            Accumulate(Floats(at.Scale(1), at.LocalExperts * Width).Slice(local * Width, Width), microBatch);
            for (int i = 0; i < mine.Length; i++)
                mine[i] *= scale[local * Width + i % Width];
        }
        exchange.Return(dreceived, dsent, Width);
        for (int token = 0; token < at.Rows; token++)
            dsent.Slice(slots[token] * Width, Width).CopyTo(dy[(token * Width)..]);
        SumTokens(dy, FloatInput(0, microBatch), Segments.Uniform(at.Rows / Length, Length));
        World.AllReduce(leaves.AsSpan(0, Width), "dense gradients");
        Accumulate(Floats(64, Width), microBatch);
    }

    private Span<float> Rows(int buffer) => Floats(at.Buffer(buffer), at.Rows * Width);

    private void Order()
    {
        Array.Clear(counts);
        int slot = 0, sequences = at.Rows / Length;
        for (int expert = 0; expert < TinyPlan.Experts; expert++)
            for (int token = 0; token < at.Rows; token++)
                if (experts[token] == expert)
                {
                    slots[token] = slot++;
                    counts[expert * sequences + token / Length]++;
                }
    }

    // leaves[0..Width) = Σ_t a[t] ⊙ b[t]: a fold within a sequence, a tree over sequences.
    private void SumTokens(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Segments sequences)
    {
        Array.Clear(leaves);
        for (int sequence = 0; sequence < sequences.Count; sequence++)
            for (int i = sequences.Start(sequence) * Width; i < sequences.End(sequence) * Width; i++)
                leaves[sequence * Width + i % Width] = float.FusedMultiplyAdd(a[i], b[i], leaves[sequence * Width + i % Width]);
        Tree(leaves, sequences.Count, Width);
    }

    private void Accumulate(Span<float> gradient, int microBatch)
    {
        for (int i = 0; i < Width; i++)
            gradient[i] = microBatch == 0 ? leaves[i] : gradient[i] + leaves[i];
    }

    private static float Tree(Span<float> leaves, int count, int width)
    {
        bool even = count % 2 == 0;
        int stride = even ? count / 2 : 1;
        if (even)
        {
            Tree(leaves, stride, width);
            Tree(leaves[(stride * width)..], stride, width);
        }
        for (int leaf = stride; leaf < count; leaf += stride)
            for (int i = 0; i < width; i++)
                leaves[i] += leaves[leaf * width + i];
        return leaves[0];
    }
}
