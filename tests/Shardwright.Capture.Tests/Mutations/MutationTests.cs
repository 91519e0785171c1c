using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Mutations;

/// <summary>Whatever is typed, the answer is diagnostics or code: never an exception, never a hang, never an internal error.</summary>
public sealed class MutationTests
{
    const int Mutants = 2400, Analyzed = 8;

    [Theory]
    [InlineData("/project/SparseLanguageModel.cs", 1)]
    [InlineData("/project/DecoderBlock.cs", 2)]
    [InlineData("/project/SwiGlu.cs", 3)]
    public async Task Capture_OfMutatedSources_NeverFails(string path, int seed)
    {
        var test = new GeneratorTest(SampleSources.Files);
        Assert.Null(test.Run().Exception);
        var original = SampleSources.Files.Single(f => f.Path == path).Code;
        var mutator = new Mutator(seed);
        for (int i = 0; i < Mutants / 3; i++)
        {
            var mutant = mutator.Mutate(original);
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var run = test.Edit(path, _ => mutant);
            Assert.True(run.Exception is null, $"mutant {i}: {run.Exception}\n{mutant}");
            Assert.True(run.Diagnostics.All(d => d.Id != "SHW0002"), $"mutant {i}: {string.Join(", ", run.Diagnostics)}\n{mutant}");
            if (i % Analyzed == 0)
                await Analyze(test.Compilation, i, mutant);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"mutant {i} took {watch.Elapsed}\n{mutant}");
        }
    }

    static async Task Analyze(CSharpCompilation compilation, int number, string mutant)
    {
        var found = await compilation.WithAnalyzers([new ModelAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        Assert.True(found.All(d => d.Id is not ("AD0001" or "SHW0002")), $"mutant {number}: {string.Join(", ", found)}\n{mutant}");
    }
}
