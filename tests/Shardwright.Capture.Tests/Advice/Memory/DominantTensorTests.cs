namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class DominantTensorTests
{
    const string Rule = "SHW3004";

    static string Logits(int vocabulary, bool marked = false) => $$"""
        [Model]
        public sealed partial class Small
        {
            public const int Batch = 8, Context = 4096, Width = 512, Vocab = {{vocabulary}};
            public Parameter Table { get; } = new(Vocab, Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
                => {{(marked ? "{|SHW3004:" : "")}}Nn.MatMul(Nn.Embed(tokens, Table), Nn.Transpose(Table)){{(marked ? "|}" : "")}};
            public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets) => Nn.CrossEntropy(Forward(tokens), targets);
        }
        """;

    [Fact]
    public Task LogitsOfAThirdOfMemory_AreReportedAtTheProduct() => AdviceVerify.Reports(Rule, Logits(65536, marked: true));

    // 8 · 4096 · 49152 · 4 bytes are 6 GiB, exactly a quarter of 24 GiB.
    [Fact]
    public Task LogitsOfAQuarter_AreNot() => AdviceVerify.Reports(Rule, Logits(49152));

    [Fact]
    public Task LogitsOfAQuarter_AreOverALowerThreshold() => AdviceVerify.Reports(Rule, Logits(49152, marked: true), "SHW3004.largest_tensor_percent = 20");

    [Fact]
    public Task SameLogits_OnATargetWithMoreMemory_AreNot() => AdviceVerify.Reports(Rule, Logits(65536), "build_property.ShardwrightTarget = h200-server");

    [Fact]
    public void Message_HasTheBytesOfALengthBeyond32Bits()
    {
        // 2^31 elements.
        string message = Assert.Single(AdviceVerify.Compile(Logits(65536)).Findings, f => f.Rule.Id == Rule).Message;
        Assert.Contains("[8, 4096, 65536] in float32 takes 8 GiB of a rank's 24.0 GiB", message, StringComparison.Ordinal);
        Assert.Contains("2 micro-batches of 4 sequences, make it 4 GiB", message, StringComparison.Ordinal);
    }
}
