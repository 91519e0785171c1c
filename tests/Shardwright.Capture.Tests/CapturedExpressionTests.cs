using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Tests;

public sealed class CapturedExpressionTests
{
    static Expression Returned(string body)
    {
        var module = Capturing.Module($"public Tensor<float> Forward(Tensor<float> x) => {body};");
        Assert.Empty(module.Diagnostics);
        return Assert.IsType<Return>(Assert.Single(module.Graph.Methods.Single(m => m.Key == "Forward").Body)).Value;
    }

    [Theory]
    [InlineData("x + x", "+")]
    [InlineData("x - Weight", "-")]
    [InlineData("Weight * x", "*")]
    [InlineData("x / 2f", "/")]
    [InlineData("2 * x", "*")]
    public void Operator_OnTensorsParametersAndNumbers_IsABinary(string code, string sign) => Assert.Equal(sign, Assert.IsType<Binary>(Returned(code)).Operator);

    [Fact]
    public void Minus_OnTensor_IsAUnary() => Assert.Equal("-", Assert.IsType<Unary>(Returned("-x")).Operator);

    [Fact]
    public void IntegerConstant_NextToATensor_IsAFloat() => Assert.Equal(2f, Assert.IsType<Literal>(Assert.IsType<Binary>(Returned("2 * x")).Left).Value);

    [Fact]
    public void ParameterValue_IsTheParameter() => Assert.Equal("Weight", Assert.IsType<MemberAccess>(Assert.IsType<Binary>(Returned("x + Weight.Value")).Right).Name);

    [Fact]
    public void NamedArguments_InAnyOrder_AreInParameterOrder()
    {
        var call = Assert.IsType<OperationCall>(Returned("Nn.RmsNorm(gain: Weight, x: x)"));
        Assert.Equal(["x", "gain"], call.Arguments.Select(a => a.Name));
    }

    [Fact]
    public void OptionalArgument_LeftOut_IsLeftOut() => Assert.Equal(["x", "heads"], Assert.IsType<OperationCall>(Returned("Nn.Rope(x, heads)")).Arguments.Select(a => a.Name));

    [Theory]
    [InlineData("Nn.Reshape(x, 1, width)")]
    [InlineData("Nn.Reshape(x, [1, width])")]
    [InlineData("Nn.Reshape(x, new[] { 1, width })")]
    public void Params_HoweverPassed_AreSpread(string code) => Assert.Equal(["x", "shape0", "shape1"], Assert.IsType<OperationCall>(Returned(code)).Arguments.Select(a => a.Name));

    [Fact]
    public void Conditional_OnConstructorArguments_IsCaptured()
    {
        var choice = Assert.IsType<Conditional>(Returned("gated && width > heads ? Nn.Silu(x) : x"));
        Assert.Equal("&&", Assert.IsType<Binary>(choice.Condition).Operator);
    }

    [Fact]
    public void Cast_ToFloat_IsANumericCast()
    {
        var scaled = Assert.IsType<Binary>(Returned("x * (1f / (float)Math.Sqrt(width / heads))"));
        var root = Assert.IsType<NumericCast>(Assert.IsType<Binary>(scaled.Right).Right);
        Assert.Equal("float", root.Type);
        Assert.Equal("Math.Sqrt", Assert.IsType<OperationCall>(root.Operand).Operation);
    }

    [Fact]
    public void MathF_Sqrt_IsTheRoundedDoubleRoot()
    {
        var root = Assert.IsType<NumericCast>(Assert.IsType<Binary>(Returned("x * MathF.Sqrt(width)")).Right);
        var call = Assert.IsType<OperationCall>(root.Operand);
        Assert.Equal(("float", "Math.Sqrt", "double"), (root.Type, call.Operation, Assert.IsType<NumericCast>(call.Arguments[0].Value).Type));
    }

    [Fact]
    public void Constant_OfAnyClass_IsFolded()
        => Assert.Equal(int.MaxValue, Assert.IsType<Literal>(Assert.IsType<OperationCall>(Returned("Nn.Rope(x, int.MaxValue)")).Arguments[1].Value).Value);
}
