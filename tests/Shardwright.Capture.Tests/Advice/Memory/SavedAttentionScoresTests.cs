namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class SavedAttentionScoresTests
{
    const string Rule = "SHW3005";

    static string Attention(int context, string attended) => MemoryModels.Body("""
        public Parameter Query { get; } = new(Width, Width);
        public Parameter Key { get; } = new(Width, Width);
        public Parameter Value { get; } = new(Width, Width);
        """, $"return x + {attended};", context: context, width: 512);

    static string Written(bool marked = false) =>
        $"Nn.MatMul({(marked ? "{|SHW3005:" : "")}Nn.Softmax(Nn.MatMul(Nn.MatMul(x, Query), Nn.Transpose(Nn.MatMul(x, Key))) * 0.04f){(marked ? "|}" : "")}, Nn.MatMul(x, Value))";

    [Fact]
    public Task ScoresOfManyPositions_AreReportedAtTheSoftmax() => AdviceVerify.Reports(Rule, Attention(2048, Written(marked: true)));

    // Saved are queries, keys, values, 3 · 512 columns a row, and scores, 384 columns: a fifth.
    [Fact]
    public Task ScoresOfAFifth_AreNot() => AdviceVerify.Reports(Rule, Attention(384, Written()));

    [Fact]
    public Task ScoresOfAFifth_AreOverALowerThreshold() => AdviceVerify.Reports(Rule, Attention(384, Written(marked: true)), "SHW3005.least_activation_percent = 19");

    [Fact]
    public Task AttentionAsOneOp_SavesNone() => AdviceVerify.Reports(Rule, Attention(2048, "Nn.CausalAttention(Nn.MatMul(x, Query), Nn.MatMul(x, Key), Nn.MatMul(x, Value), 1)"));

    [Fact]
    public Task SoftmaxOfAGate_IsNoAttention() => AdviceVerify.Reports(Rule, Attention(512, "x * Nn.Softmax(Nn.MatMul(x, Query))"));

    [Fact]
    public void Message_HasBytesBeforeAndAfter()
    {
        string message = Assert.Single(AdviceVerify.Compile(Attention(2048, Written())).Findings, f => f.Rule.Id == Rule).Message;
        // 8 · 2048 · 2048 · 4 bytes, and 8 · 2048 rows of 4.
        Assert.Contains("128 MiB of a rank's 224 MiB of saved activations", message, StringComparison.Ordinal);
        Assert.Contains("keeps a log-sum-exp a row, 64.0 KiB", message, StringComparison.Ordinal);
    }
}
