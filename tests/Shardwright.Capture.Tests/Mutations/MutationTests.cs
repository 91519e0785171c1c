using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers;
using Shardwright.Capture.Reuse;
using Shardwright.Capture.Tests.Harness;
using Shardwright.Capture.Tests.Libraries;

namespace Shardwright.Capture.Tests.Mutations;

/// <summary>Whatever is typed, the answer is diagnostics or code: never an exception, never a hang, never an internal error; and what is remembered of a class is what it would be captured as.</summary>
public sealed class MutationTests
{
    // 800 mutants: 20 of each of 40 seeds; SHARDWRIGHT_MUTANT_SEEDS=250 makes it 5,000, which take minutes. A seed starts from the right sources, so that a failure is repeated by its seed alone.
    const int MutantsOfASeed = 20;

    static readonly int seeds = int.TryParse(Environment.GetEnvironmentVariable("SHARDWRIGHT_MUTANT_SEEDS"), out int count) && count > 0 ? count : 40;

    static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    static readonly Lazy<MetadataReference> library = new(() => LibraryProject.Build("""
        namespace Layers;
        [Module] public sealed class Mixer(int width, int factor = 2)
        {
            public Parameter Up { get; } = new(width, width * factor);
            public Parameter Down { get; } = new(width * factor, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Gelu(Nn.MatMul(x, Up)), Down);
        }
        """));

    /// <summary>Everything that the language of models has, at a size that compiles quickly.</summary>
    const string Small = """
        using Layers;
        namespace Small;

        [Model, Mesh(Data = 2, Expert = 2), Training(Optimizer.AdamW, MicroBatches = 2), Precision(NumberFormat.BFloat16)]
        public sealed partial class Tiny
        {
            public const int Vocab = 16, Width = 8, Context = 4, Batch = 4, Layers = 2;
            const float Scale = 0.5f;

            public Parameter Embedding { get; } = new(Vocab, Width);
            public Repeated<Block> Blocks { get; } = new(Layers, () => new(Width, gated: true));
            [State] public State Bias { get; } = new(Width);
            public Mixer Mixer { get; } = new(Width, factor: 4);

            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
            {
                var x = Nn.Embed(tokens, Embedding);
                foreach (var block in Blocks)
                    x = block.Forward(x);
                for (int i = 0; i < 2; i++)
                    x = x + Mixer.Forward(x) * Scale;
                var (left, right) = Halves(x);
                return Nn.MatMul(Nn.Concat(left, right), Nn.Transpose(Embedding));
            }

            public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets) => Nn.CrossEntropy(Forward(tokens), targets);

            static (Tensor<float> Left, Tensor<float> Right) Halves(Tensor<float> x) => Nn.Split(x, Width / 2);
        }

        [Module]
        public sealed class Block(int width, bool gated = false)
        {
            public int Hidden => gated ? width * 2 : width;
            [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
            public Parameter Router { get; } = new(width, 4);
            [Experts(Placement = Placement.Adaptive, Dispatch = Dispatch.Auto)]
            public ExpertGroup<Feed> Experts { get; } = new(count: 4, topK: 2, () => new(width, width * 2)) { BalanceLoss = 0.01f, RouterZLoss = 1e-3f };

            public Tensor<float> Forward(Tensor<float> x)
            {
                var h = Nn.RmsNorm(x, Norm);
                if (gated && width > 4)
                    h = h * Nn.Sigmoid(h);
                else
                    h = -h;
                return x + Experts.Forward(h, logits: Nn.MatMul(h, Router));
            }
        }

        [Module]
        public sealed class Feed(int width, int hidden) : IExpert
        {
            public Parameter Up { get; } = new(width, hidden);
            public Parameter Down { get; } = new(hidden, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }
        """;

    [Fact]
    public async Task GeneratorAndAnalyzer_OnMutants_NeverFail()
    {
        var failures = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, seeds), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (seed, _) => await Run(seed, failures));
        Assert.True(failures.IsEmpty, $"{failures.Count} mutants failed:\n{string.Join("\n", failures.Take(10))}");
    }

    /// <summary>Mutants of one seed: of the sample's files every tenth time, else of the small model, which uses a library.</summary>
    static async Task Run(int seed, ConcurrentBag<string> failures)
    {
        bool isSample = seed % 10 == 0;
        var test = isSample ? new GeneratorTest(SampleSources.Files) : new GeneratorTest([("/project/Small.cs", Small)], references: [library.Value]);
        var (path, original) = isSample ? SampleSources.Files[seed / 10 % SampleSources.Files.Count] : ("/project/Small.cs", Small);
        Assert.Empty(test.Generated().GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        var mutator = new Mutator(seed);
        for (int i = 0; i < MutantsOfASeed; i++)
        {
            var mutant = mutator.Mutate(original);
            var check = Task.Run(() => Check(test, path, mutant));
            try
            {
                await check.WaitAsync(limit);
            }
            catch (Exception failure)
            {
                failures.Add($"mutant {i} of seed {seed}{(failure is TimeoutException ? $" took more than {limit.TotalSeconds} s" : "")}: {failure.Message}\n{mutant}");
                return;
            }
        }
    }

    static async Task Check(GeneratorTest test, string path, string mutant)
    {
        var run = test.Edit(path, _ => mutant);
        Assert.Null(run.Exception);
        Assert.DoesNotContain(run.Diagnostics, d => d.Id == "SHW0002");
        var found = await test.Output.WithAnalyzers([new ModelAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(found, d => d.Id is "AD0001" or "SHW0002");
        // Whoever has no program is told why.
        if (run.Diagnostics.Any(d => d.Id == "SHW0001"))
            Assert.Contains(found.Concat(test.Compilation.GetDiagnostics()), d => d.Severity == DiagnosticSeverity.Error);
        foreach (var type in test.Compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type).OfType<INamedTypeSymbol>().Where(t => t.GetAttributes().Any(a => a.AttributeClass?.Name is "ModelAttribute" or "ModuleAttribute")))
            AssertRemembered(type, test.Compilation);
    }

    static void AssertRemembered(INamedTypeSymbol type, Compilation compilation)
    {
        CapturedModule remembered = CaptureMemo.Capture(type, compilation, default), fresh = ModuleCapture.Capture(type, compilation, null, default);
        Assert.Equal(fresh.Graph, remembered.Graph);
        Assert.Equal(fresh.Sources, remembered.Sources);
        Assert.Equal(fresh.Diagnostics, remembered.Diagnostics);
    }
}
