namespace Shardwright.Training.Tests.Gradients;

/// <summary>+ − × ÷ with every kind of second operand, on either side.</summary>
public sealed class BroadcastGradientTests
{
    // All positive, hence safe to divide by.
    private static readonly (string Name, string Expression)[] Operands =
    [
        ("full", "Nn.Exp(Nn.MatMul(x, Square))"),
        ("row", "Nn.Exp(Row)"),
        ("rank-2 row", "Nn.Exp(Nn.Reshape(Row, 1, Width))"),
        ("positions", "Nn.Exp(Positions)"),
        ("position column", "Nn.Exp(Nn.Reshape(Nn.MatMul(Positions, Column), Context, 1))"),
        ("token column", "Nn.Exp(Nn.MatMul(x, Column))"),
        ("sequence scalar", "Nn.Exp(Nn.Reshape(Nn.MatMul(Nn.Reshape(x, Batch, Context * Width), Long), Batch, 1, 1))"),
        ("one element", "Nn.Exp(One)"),
        ("scalar", "Nn.Exp(Nn.Mean(x))"),
        ("scalar of a parameter", "Nn.Exp(0.3f * Nn.Sum(Row))"),
    ];

    public static TheoryData<string, string> Cases => [.. from operand in Operands from symbol in (string[])["+", "-", "*", "/"] select new TheoryDataRow<string, string>(operand.Name, symbol)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_Operand_IsTheSlope(string operand, string symbol)
    {
        const string Members = """
            public Parameter Square { get; } = new(Width, Width);
            public Parameter Row { get; } = new(Width);
            public Parameter Positions { get; } = new(Context, Width);
            public Parameter Column { get; } = new(Width, 1);
            public Parameter Long { get; } = new(Context * Width, 1);
            public Parameter One { get; } = new(1);
            """;
        var expression = Operands.Single(o => o.Name == operand).Expression;
        TinyModel.AssertGradients(TinyModel.Source($"var a = Nn.Exp(0.5f * x); var b = {expression}; return Nn.Concat(a {symbol} b, b {symbol} a);", Members, probe: "Batch, Context, 8"));
    }

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("/")]
    public void Gradient_ParametersAlone_IsTheSlope(string symbol) => TinyModel.AssertGradients(TinyModel.Source(
        $"return x * (Nn.Exp(Row) {symbol} Nn.Exp(One)) * (Nn.Exp(One) {symbol} Nn.Exp(Positions)) * (Nn.Exp(Positions) {symbol} Nn.Exp(Row));",
        "public Parameter Row { get; } = new(Width); public Parameter One { get; } = new(1); public Parameter Positions { get; } = new(Context, Width);"));

    [Theory]
    [InlineData("x + Row")]
    [InlineData("Row - x")]
    [InlineData("x * Row")]
    [InlineData("x / (Row + 3f)")]
    [InlineData("(x + Positions) * Positions")]
    [InlineData("One * x - One")]
    public void Gradient_ParameterItself_IsTheSlope(string expression) => TinyModel.AssertGradients(TinyModel.Source(
        $"return {expression};", "public Parameter Row { get; } = new(Width); public Parameter One { get; } = new(1); public Parameter Positions { get; } = new(Context, Width);"));
}
