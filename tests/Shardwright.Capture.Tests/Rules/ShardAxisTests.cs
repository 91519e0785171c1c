using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

public sealed class ShardAxisTests
{
    static Task Parameter(string attributes, string shape = "width, width") => Verify.Source($"[Module] public sealed class M(int width) {{ {attributes} public Parameter W {{ get; }} = new({shape}); }}");

    static Task Input(string attributes) => Verify.Source(Verify.Model("[Model] public sealed partial class A",
        forward: $"public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), {attributes}] Tensor<float> x) => Nn.MatMul(x, Weight);"));

    [Theory]
    [InlineData("[{|SHW2004:Shard((MeshAxis)7)|}]")]
    [InlineData("[{|SHW2004:Shard(MeshAxis.Data)|}]")]
    [InlineData("[{|SHW2004:Shard(MeshAxis.Expert, Dimension = 1)|}]")]
    [InlineData("[{|SHW2004:Shard(MeshAxis.Tensor, Dimension = 2)|}]")]
    [InlineData("[{|SHW2004:Shard(MeshAxis.Tensor, Dimension = -1)|}]")]
    [InlineData("[Shard(MeshAxis.Tensor, Dimension = 1), {|SHW2004:Shard(MeshAxis.Tensor, Dimension = 0)|}]")]
    public Task AxisThatCannotSplitAParameter_IsReportedAtItsAttribute(string attributes) => Parameter(attributes);

    [Theory]
    [InlineData("[Shard(MeshAxis.Tensor)]")]
    [InlineData("[Shard(MeshAxis.Tensor, Dimension = 1)]")]
    public Task Tensor_OnAParameter_IsLegal(string attributes) => Parameter(attributes);

    [Theory]
    [InlineData("Shard(MeshAxis.Data, Dimension = 0), {|SHW2004:Shard(MeshAxis.Data, Dimension = 1)|}")]
    [InlineData("Shard(MeshAxis.Data, Dimension = 0), {|SHW2004:Shard(MeshAxis.Expert, Dimension = 1)|}")]
    [InlineData("Shard(MeshAxis.Data, Dimension = 0), {|SHW2004:Shard(MeshAxis.Tensor, Dimension = 1)|}")]
    [InlineData("{|SHW2004:Shard(MeshAxis.Data, Dimension = 2)|}")]
    public Task AxisThatCannotSplitAnInput_IsReportedAtItsAttribute(string attributes) => Input(attributes);

    [Fact]
    public Task Message_SaysWhatIsWrongAndWhatToWrite() => Verify.Source("[Module] public sealed class M(int width) { [{|#0:Shard(MeshAxis.Tensor, Dimension = 2)|}] public Parameter W { get; } = new(width, width); }",
        new DiagnosticResult("SHW2004").WithLocation(0).WithMessage("[Shard] on 'W': it has no dimension 2, it has 2: 0 to 1; use one of those"));
}
