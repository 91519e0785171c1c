using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Fixes;

public sealed class InitializerEditTests
{
    const string Value = "BalanceLoss = 0.01f";

    static string Model(string declaration) => $$"""
        [Module] class Part : IExpert { public Tensor<float> Forward(Tensor<float> x) => x; }
        class A
        {
            /// <summary>Kept.</summary>
            {{declaration}}
        }
        """;

    static Task Change(string before, string after) => Edits.Change(EditKind.Initializer, Value, Model(before), Model(after));

    [Theory]
    [InlineData("new(4, 2, () => new());", "new(4, 2, () => new()) { BalanceLoss = 0.01f };")]
    [InlineData("new ExpertGroup<Part>(4, 2, () => new()); // four", "new ExpertGroup<Part>(4, 2, () => new()) { BalanceLoss = 0.01f }; // four")]
    [InlineData("new(4, 2, () => new()) { };", "new(4, 2, () => new()) { BalanceLoss = 0.01f };")]
    [InlineData("new(4, 2, () => new()) { RouterZLoss = 1e-3f };", "new(4, 2, () => new()) { RouterZLoss = 1e-3f, BalanceLoss = 0.01f };")]
    [InlineData("new(4, 2, () => new()) { RouterZLoss = 1e-3f /* small */ };", "new(4, 2, () => new()) { RouterZLoss = 1e-3f /* small */, BalanceLoss = 0.01f };")]
    [InlineData("new(4, 2, () => new()) { BalanceLoss = 0f /* none */, RouterZLoss = 1e-3f };", "new(4, 2, () => new()) { BalanceLoss = 0.01f /* none */, RouterZLoss = 1e-3f };")]
    public Task Property_IsSetInTheInitializer(string before, string after)
        => Change("public ExpertGroup<Part> {|SHW3011:Sparse|} { get; } = " + before, "public ExpertGroup<Part> {|SHW3011:Sparse|} { get; } = " + after);

    [Theory]
    [InlineData("", "")]
    [InlineData(",", ",")]
    public Task Property_BehindOthersOnTheirOwnLines_GetsALine(string comma, string end) => Change(
        $$"""
        public ExpertGroup<Part> {|SHW3011:Sparse|} { get; } = new(4, 2, () => new())
            {
                RouterZLoss = 1e-3f{{comma}} // small
            };
        """,
        $$"""
        public ExpertGroup<Part> {|SHW3011:Sparse|} { get; } = new(4, 2, () => new())
            {
                RouterZLoss = 1e-3f, // small
                BalanceLoss = 0.01f{{end}}
            };
        """);

    [Fact]
    public Task Field_IsInitializedAsAProperty() => Change("public readonly ExpertGroup<Part> {|SHW3011:Sparse|} = new(4, 2, () => new());", "public readonly ExpertGroup<Part> {|SHW3011:Sparse|} = new(4, 2, () => new()) { BalanceLoss = 0.01f };");

    [Theory]
    [InlineData("public ExpertGroup<Part> {|SHW3011:Sparse|} { get; } = new(4, 2, () => new()) { BalanceLoss = 0.01f };")]
    [InlineData("public ExpertGroup<Part>? {|SHW3011:Sparse|} { get; } = null;")]
    [InlineData("public ExpertGroup<Part> {|SHW3011:Sparse|} => new(4, 2, () => new());")]
    public Task NothingToChange_IsNotOffered(string declaration) => Edits.Offer(EditKind.Initializer, Value, Model(declaration));
}
