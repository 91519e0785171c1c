using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Tests.Harness;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Modules.Text;
using Shardwright.Hardware.Json;

namespace Shardwright.Capture.Tests.Libraries;

/// <summary>A module's graph is the same after it was written and read, and text that was not written by us is refused at its place.</summary>
public sealed class ModuleTextTests
{
    [Fact]
    public void RandomGraphs_WrittenAndRead_AreEqual()
    {
        var random = new RandomModule(seed: 7);
        var met = new HashSet<Type>();
        for (int i = 0; i < 300; i++)
        {
            var (graph, sources) = random.Next();
            string text = ModuleText.Write(graph, sources);
            var read = ModuleText.Read(text, "random");
            Assert.Equal(graph, read.Graph);
            Assert.Equal(sources, read.Sources);
            Assert.Equal(text, ModuleText.Write(read.Graph, read.Sources));
            Meet(graph, met);
        }
        // A new kind of expression, statement or member fails here until the random graphs have it too.
        foreach (var kind in typeof(ModuleGraph).Assembly.GetTypes().Where(t => !t.IsAbstract && (t.IsSubclassOf(typeof(Expression)) || t.IsSubclassOf(typeof(Statement)) || t.IsSubclassOf(typeof(Member)))))
            Assert.Contains(kind, met);
    }

    [Fact]
    public void EveryModuleOfTheRepository_WrittenAndRead_IsEqual()
    {
        var modules = RepositoryModules().ToList();
        Assert.True(modules.Count > 25, $"only {modules.Count} modules were found");
        foreach (var module in modules)
        {
            // A model has no text of its own, but what is in it may stand in a module as well.
            var graph = module.Graph with { IsModel = false, Options = null };
            var read = ModuleText.Read(ModuleText.Write(graph, module.Sources), graph.Type);
            Assert.Equal(graph, read.Graph);
            Assert.Equal(module.Sources, read.Sources);
        }
    }

    [Fact]
    public void DeepestNesting_ThatCaptureAccepts_HasAText()
    {
        var branches = string.Concat(Enumerable.Range(0, 120).Select(i => $"if (width == {i}) {{ x = x + x; }} else "));
        var module = Capturing.Module($"public Tensor<float> Forward(Tensor<float> x) {{ {branches} x = {string.Concat(Enumerable.Repeat("Nn.Silu(", 120))}x{new string(')', 120)}; return x; }}");
        Assert.Empty(module.Diagnostics);
        Assert.Equal(module.Graph, ModuleText.Read(ModuleText.Write(module.Graph, module.Sources), "deep").Graph);
    }

    [Fact]
    public void TruncatedText_IsRefusedWhereItEnds()
    {
        var module = Capturing.Module("public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight) * 0.5f;");
        string text = ModuleText.Write(module.Graph, module.Sources);
        for (int length = 0; length < text.Length; length++)
        {
            var error = Assert.Throws<JsonException>(() => ModuleText.Read(text[..length], "cut"));
            Assert.True(error.Line >= 1 && error.Line <= text[..length].Count(c => c == '\n') + 1 && error.Column >= 1, $"{length}: {error.Message}");
        }
    }

    [Theory]
    [InlineData("\"*\"", "\"**\"", "**")]
    [InlineData("[\"binary\"", "[\"power\"", "power")]
    [InlineData("[\"return\"", "[\"goto\"", "goto")]
    [InlineData("[\"parameter\"", "[\"buffer\"", "buffer")]
    [InlineData("\"Weight\"", "\"We ight\"", "name of C#")]
    [InlineData("\"tensor\"", "\"object\"", "object")]
    [InlineData("\"methods\"", "\"functions\"", "'methods' is missing")]
    [InlineData("\"x\"", "7", "a string")]
    [InlineData("\"M.cs\"", "\"M\\n.cs\"", "line break")]
    public void ChangedText_IsRefusedWithWhatIsWrong(string old, string changed, string problem)
    {
        var module = Capturing.Module("public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight) * 0.5f;");
        string text = ModuleText.Write(module.Graph, module.Sources), damaged = text.Replace(old, changed, StringComparison.Ordinal);
        Assert.NotEqual(text, damaged);
        var error = Assert.Throws<JsonException>(() => ModuleText.Read(damaged, "changed"));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelOrBrokenClass_HasNoText()
    {
        var module = Capturing.Module("");
        Assert.Throws<ArgumentException>(() => ModuleText.Write(module.Graph with { IsModel = true }, module.Sources));
        Assert.Throws<ArgumentException>(() => ModuleText.Write(module.Graph with { HasErrors = true }, module.Sources));
    }

    static IEnumerable<CapturedModule> RepositoryModules()
    {
        string root = Path.GetFullPath(Path.Combine(References.Metadata("Sample"), "..", ".."));
        foreach (string folder in Directory.GetDirectories(Path.Combine(root, "samples")).Concat(Directory.GetDirectories(Path.Combine(root, "tests"))))
        {
            var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => (path, File.ReadAllText(path))).Where(f => f.Item2.Contains("[Mod", StringComparison.Ordinal)).ToArray();
            // Whole programs first, then the models that tests hold in raw strings, each of which is a program of its own.
            var compilation = Capturing.Compile(files);
            foreach (var type in Annotated(compilation))
                yield return type;
            foreach (var (path, code) in files)
                foreach (var literal in compilation.SyntaxTrees.Single(t => t.FilePath == path).GetRoot().DescendantNodes().OfType<LiteralExpressionSyntax>().Select(l => l.Token.ValueText).Where(t => t.Contains("[Mod", StringComparison.Ordinal) && !t.Contains("{|", StringComparison.Ordinal)))
                    foreach (var type in Annotated(Capturing.Compile((path, literal))))
                        yield return type;
        }
    }

    static IEnumerable<CapturedModule> Annotated(Compilation compilation)
        => compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type).OfType<INamedTypeSymbol>().Where(t => t.GetAttributes().Any(a => a.AttributeClass?.Name is "ModelAttribute" or "ModuleAttribute"))
            .Select(t => ModuleCapture.Capture(t, compilation, "/project", default)).Where(m => !m.Graph.HasErrors);

    static void Meet(object? value, HashSet<Type> met)
    {
        if (value is Expression or Statement or Member)
            met.Add(value.GetType());
        if (value is System.Collections.IEnumerable items and not string)
            foreach (var item in items)
                Meet(item, met);
        else if (value?.GetType().Namespace == typeof(ModuleGraph).Namespace)
            foreach (var property in value!.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
                Meet(property.GetValue(value), met);
    }
}
