
namespace Shardwright.Capture.Tests;

/// <summary>What the captured form promises to everything behind it.</summary>
public sealed class InvariantsTests
{
    [Fact]
    public void Graph_AfterCommentsAndBlankLines_IsEqual()
    {
        foreach (var type in new[] { "SparseLanguageModel", "DecoderBlock", "SwiGlu" })
        {
            var plain = Capturing.Compile([.. SampleSources.Files]).Capture("SparseLanguage." + type);
            var moved = Capturing.Compile([.. SampleSources.Files.Select(f => (f.Path, "// moved\n\n" + f.Code.Replace(";\n", "; // why\n\n", StringComparison.Ordinal)))]).Capture("SparseLanguage." + type);
            Assert.Equal(plain.Graph, moved.Graph);
            Assert.NotEqual(plain.Sources, moved.Sources);
            Assert.Equal(plain.Sources.Sites.Select(s => s.Text), moved.Sources.Sites.Select(s => s.Text));
        }
    }

    [Fact]
    public void Sources_OfAnotherCheckout_AreEqual()
    {
        var here = Capturing.Compile([.. SampleSources.Files]).Capture("SparseLanguage.SwiGlu");
        var elsewhere = Capturing.Compile([.. SampleSources.Files.Select(f => (@"C:\work\x" + f.Path.Replace('/', '\\'), f.Code))]);
        var there = ModuleCapture.Capture(elsewhere.GetTypeByMetadataName("SparseLanguage.SwiGlu")!, elsewhere, @"C:\work\x\project\", default);
        Assert.Equal(here.Sources, there.Sources);
    }

    [Fact]
    public void Cancellation_IsPassedOn()
    {
        var compilation = Capturing.Compile([.. SampleSources.Files]);
        Assert.ThrowsAny<OperationCanceledException>(() => ModuleCapture.Capture(compilation.GetTypeByMetadataName("SparseLanguage.SwiGlu")!, compilation, null, new CancellationToken(true)));
    }

    [Fact]
    public void DeepNesting_IsADiagnosticNotACrash()
    {
        var module = Capturing.Module($"public Tensor<float> Forward(Tensor<float> x) => {string.Concat(Enumerable.Repeat("Nn.Silu(", 400))}x{new string(')', 400)};");
        Assert.Equal("SHW1001", Assert.Single(module.Diagnostics).Id);
    }

    [Fact]
    public void LongSum_IsADiagnosticNotACrash()
        => Assert.Equal("SHW1001", Assert.Single(Capturing.Module($"public Tensor<float> Forward(Tensor<float> x) => x{string.Concat(Enumerable.Repeat(" + x", 600))};").Diagnostics).Id);

    [Fact]
    public void BrokenMethod_IsMarkedAndTheOthersAreNot()
    {
        var graph = Capturing.Compile(("/project/M.cs", "[Module] public sealed class M { public Tensor<float> Forward(Tensor<float> x) => x; public Tensor<float> Half(Tensor<float> x) => Nn.Sil }")).Capture("M").Graph;
        Assert.True(graph.HasErrors);
        Assert.Equal([("Forward", false), ("Half", true)], graph.Methods.Select(m => (m.Key, m.HasErrors)));
    }
}
