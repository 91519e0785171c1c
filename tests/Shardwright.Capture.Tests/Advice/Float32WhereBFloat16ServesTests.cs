namespace Shardwright.Capture.Tests.Advice;

public sealed class Float32WhereBFloat16ServesTests
{
    const string Rule = "SHW3011";

    static string Model(string attributes, string name = "Wide", int width = 1024) => $$"""
        {{attributes}}
        public sealed partial class {{name}}
        {
            public const int Batch = 8, Context = 512, Width = {{width}};
            public Parameter Up { get; } = new(Width, 4 * Width);
            public Parameter Down { get; } = new(4 * Width, Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => x + Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public Task ModelOfLargeProducts_IsFasterInBFloat16_AsPromised() =>
        AdviceVerify.FixPays(Rule, Model("[Model]", "{|SHW3011:Wide|}"), Model("[Model, Precision(NumberFormat.BFloat16)]"));

    [Fact]
    public Task SavingUnderTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Model("[Model]"), "SHW3011.least_saving_percent = 90");

    [Fact]
    public Task ModelOfTinyProducts_GainsNothing() => AdviceVerify.Reports(Rule, Model("[Model]", width: 8).Replace("Context = 512", "Context = 2", StringComparison.Ordinal));

    [Fact]
    public Task FormatThatWasChosen_IsADecision() => AdviceVerify.Reports(Rule, Model("[Model, Precision(NumberFormat.Float32)]"));
}
