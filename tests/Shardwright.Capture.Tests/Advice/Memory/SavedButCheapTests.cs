using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class SavedButCheapTests
{
    const string Rule = "SHW3006";

    /// <summary>Layers whose gate, a class of its own, keeps what it computes element by element.</summary>
    static string Gated(string attributes = "[Module]", int batch = 32, bool marked = false) => $$"""
        {{attributes}}
        public sealed class {{(marked ? "{|SHW3006:Gate|}" : "Gate")}}
        {
            public Tensor<float> Forward(Tensor<float> h) => Nn.Tanh(h * 0.5f) * Nn.Sigmoid(h);
        }

        [Module]
        public sealed class Block(int width)
        {
            public Parameter Up { get; } = new(width, 4 * width);
            public Parameter Down { get; } = new(4 * width, width);
            public Gate Gate { get; } = new();
            public Tensor<float> Forward(Tensor<float> x) => x + Nn.MatMul(Gate.Forward(Nn.MatMul(x, Up)), Down);
        }

        [Model, Mesh(Data = 8)]
        public sealed partial class Dense
        {
            public const int Batch = {{batch}}, Context = 2048, Width = 2048, Layers = 16;
            public Repeated<Block> Blocks { get; } = new(Layers, () => new(Width));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return x;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public Task GateOfEveryLayer_IsReportedAtItsClass_AndRecomputingFreesWhatTheFixSays() => AdviceVerify.FixSaves(Rule, Gated(marked: true), Gated("[Module, Recompute]"), "SHW3006.most_step_percent = 10");

    [Fact]
    public Task MemoryThatIsHalfEmpty_IsNoReason() => AdviceVerify.Reports(Rule, Gated(batch: 8), "SHW3006.most_step_percent = 10");

    [Fact]
    public Task TimeOverTheThreshold_IsTooMuch() => AdviceVerify.Reports(Rule, Gated(), "SHW3006.most_step_percent = 0");

    [Fact]
    public Task ClassThatIsRecomputed_KeepsNothing() => AdviceVerify.Reports(Rule, Gated("[Module, Recompute]"), "SHW3006.most_step_percent = 10");

    [Fact]
    public Task SameModel_OnATargetWithMoreMemory_HasRoom() => AdviceVerify.Reports(Rule, Gated(batch: 16), "SHW3006.most_step_percent = 10\nbuild_property.ShardwrightTarget = h200-server");

    [Fact]
    public void Message_HasBothStepsAndPeaks()
    {
        var (before, findings) = AdviceVerify.Compile(Gated(), "SHW3006.most_step_percent = 10");
        var after = AdviceVerify.Compile(Gated("[Module, Recompute]")).Plan;
        string message = Assert.Single(findings, f => f.Rule.Id == Rule).Message;
        long longer = after.Estimate!.Summary.Picoseconds - before.Estimate!.Summary.Picoseconds;
        Assert.Contains($"With [Recompute] a rank needs {AdviceText.Bytes(after.PeakBytes)} of 24.0 GiB instead of {AdviceText.Bytes(before.PeakBytes)}", message, StringComparison.Ordinal);
        Assert.Contains($"takes {AdviceText.Duration(longer)} longer", message, StringComparison.Ordinal);
    }
}
