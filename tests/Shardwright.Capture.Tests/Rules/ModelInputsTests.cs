namespace Shardwright.Capture.Tests.Rules;

public sealed class ModelInputsTests
{
    const string Declaration = "[Model] public sealed partial class A";

    [Fact]
    public Task NoLoss_IsReported() => Verify.Source(Verify.Model("[Model] public sealed partial class {|SHW1007:A|}", loss: ""));

    [Fact]
    public Task NoForward_IsReported() => Verify.Source(Verify.Model("[Model] public sealed partial class {|SHW1007:A|}", forward: "", loss: "public Tensor<float> Loss([Shape(\"8\", \"4\")] Tensor<float> x) => Nn.Mean(x);"));

    [Fact]
    public Task InputWithoutShape_IsReported()
        => Verify.Source(Verify.Model(Declaration, loss: "public Tensor<float> Loss(Tensor<float> x, Tensor<int> {|SHW1007:targets|}) => Nn.CrossEntropy(Forward(x), targets);"));

    [Fact]
    public Task InputOfBothMethodsWithoutShape_IsReportedOnce()
        => Verify.Source(Verify.Model(Declaration, forward: "public Tensor<float> Forward(Tensor<float> {|SHW1007:x|}) => Nn.MatMul(x, Weight);"));

    [Fact]
    public Task PrivateLoss_IsReported() => Verify.Source(Verify.Model(Declaration, loss: "Tensor<float> {|SHW1007:Loss|}(Tensor<float> x) => Nn.Mean(Forward(x));"));

    [Fact]
    public Task TwoLosses_AreReported()
        => Verify.Source(Verify.Model(Declaration, members: "public Tensor<float> Loss(Tensor<float> x, int n) => Nn.Mean(x);", loss: "public Tensor<float> {|SHW1007:Loss|}(Tensor<float> x) => Nn.Mean(Forward(x));"));

    [Fact]
    public Task ShapeInEitherMethod_IsEnough()
        => Verify.Source(Verify.Model(Declaration, forward: "public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);", loss: "public Tensor<float> Loss([Shape(\"8\", nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Nn.Mean(Forward(x));"));
}
