using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>Programs for the tests of rules: each runs on the whole project and on one document at a time.</summary>
internal static class Verify
{
    public static Task Source(string source, params DiagnosticResult[] expected) => CSharpAnalyzerVerifier<ModelAnalyzer>.VerifyAnalyzerAsync(source, expected);

    public static Task Files(params string[] sources)
    {
        var test = new CSharpAnalyzerTest<ModelAnalyzer>();
        foreach (var source in sources)
            test.TestState.Sources.Add(source);
        return test.RunAsync();
    }

    /// <summary>A module whose Forward has the given statements, and other members.</summary>
    public static Task Body(string statements, string members = "", params DiagnosticResult[] expected) => Source(Module(statements, members), expected);

    public static string Module(string statements, string members = "") => $$"""
        [Module]
        public sealed class M(int width, bool gated)
        {
            public Parameter Weight { get; } = new(width, width);
            {{members}}
            public Tensor<float> Forward(Tensor<float> x)
            {
                {{statements}}
            }
        }
        """;

    /// <summary>A model that is right but for the given declaration line and members.</summary>
    public static string Model(string declaration, string members = "", string forward = "public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Nn.MatMul(x, Weight);",
        string loss = "public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));") => $$"""
        {{declaration}}
        {
            public const int Batch = 8, Width = 4;
            public Parameter Weight { get; } = new(Width, Width);
            {{members}}
            {{forward}}
            {{loss}}
        }
        """;
}
