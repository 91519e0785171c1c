using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>
/// The plan of a tiny sparse model, laid out by hand: token t of sequence b has x[b,t] (Width values); h = gain ⊙ x; the router sends it to one of Experts
/// experts by given logits; out = scale[e] ⊙ h; loss = Σ weight · ½|out − target|² / Σ weight.
/// </summary>
internal static class TinyPlan
{
    public const int Batch = 8, Length = 2, Width = 3, Experts = 4, MicroBatches = 2;
    public const int Frozen = 5;
    private const int Line = 64;

    /// <summary>Where the program keeps a rank's activations.</summary>
    public sealed record Offsets(int Rows, int LocalExperts)
    {
        // Persistent: gain ×4, scale ×4, frozen.
        public long Scale(int part) => 4 * Line + part * ScaleBytes;
        public long ScaleBytes => (LocalExperts * Width * sizeof(float) + Line - 1) / Line * Line;
        public long Constant => Scale(4);
        public long Persistent => Constant + Line;
        public long Buffer(int index) => Persistent + index * RowsBytes;
        public long RowsBytes => Rows * Width * sizeof(float);
        public long Static => Buffer(8);
    }

    public static Offsets Layout(int data, int expert) => new(Batch / data * Length, Experts / expert);

    public static ProgramPlan Create(int data, int expert)
    {
        var at = Layout(data, expert);
        return new ProgramPlan
        {
            Model = "Tiny",
            Data = data,
            Expert = expert,
            MicroBatches = MicroBatches,
            Batch = Batch,
            TokensPerSequence = Length,
            Clip = true,
            PersistentBytes = at.Persistent,
            StaticBytes = at.Static,
            OutputElements = Batch * Length * Width,
            Parameters =
            [
                new("Gain", [Width], 1, 0, Decay: false, Frozen: false, 0, Line, 2 * Line, 3 * Line),
                new("Experts[*].Scale", [Width], 1, Experts, Decay: true, Frozen: false, at.Scale(0), at.Scale(1), at.Scale(2), at.Scale(3)),
                new("Constant", [Frozen], 1, 0, Decay: true, Frozen: true, at.Constant, -1, -1, -1),
            ],
            Inputs =
            [
                new("x", false, [Batch, Length, Width], true), new("logits", false, [Batch, Length, Experts], true),
                new("target", false, [Width], false), new("weights", false, [Batch, Length], true), new("ids", true, [Batch], true),
            ],
            Buffers = [new("Gain", 0, Line, "weights"), new("Experts[*].Scale", at.Scale(0), at.ScaleBytes, "weights"), new("activations", at.Persistent, 8 * at.RowsBytes, "activations")],
            Experts = [new("Experts", Experts, 1, 1, 0.5f, 0.25f, SavedBytesPerRow: Width * 4, WorkingBytesPerRow: Width * 8)],
        };
    }
}
