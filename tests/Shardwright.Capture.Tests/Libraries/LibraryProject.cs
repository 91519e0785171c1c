using Microsoft.CodeAnalysis;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Libraries;

/// <summary>A project of modules, built in memory with the generator as Shardwright.Sdk builds it: what a model's project references.</summary>
internal static class LibraryProject
{
    public static MetadataReference Build(string name, IEnumerable<(string Path, string Code)> sources, IReadOnlyDictionary<string, string>? properties = null, params MetadataReference[] references)
        => MetadataReference.CreateFromImage(Image(new GeneratorTest(sources, properties, assembly: name, references: references).Generated()));

    public static MetadataReference Build(string code, string name = "Layers") => Build(name, [($"/{name}/{name}.cs", code)], new Dictionary<string, string> { ["build_property.ProjectDir"] = $"/{name}/" });

    /// <summary>The same project after its graphs were changed, as damage or another version would.</summary>
    public static MetadataReference Rewritten(string code, Func<string, string> change, string name = "Layers")
    {
        var built = new GeneratorTest([($"/{name}/{name}.cs", code)], assembly: name).Generated();
        foreach (var tree in built.SyntaxTrees.Where(t => t.FilePath.EndsWith(".Graph.g.cs", StringComparison.Ordinal)))
            built = built.ReplaceSyntaxTree(tree, Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(change(tree.ToString()), GeneratorTest.ParseOptions, tree.FilePath, System.Text.Encoding.UTF8));
        return MetadataReference.CreateFromImage(Image(built));
    }

    public static byte[] Image(Compilation compilation)
    {
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.Empty(emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error));
        return image.ToArray();
    }
}
