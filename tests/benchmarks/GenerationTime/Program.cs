using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shardwright;
using Shardwright.Generators;

// How long the generator takes for the sample with 4 and with 100 layers, alternating: repeated modules are captured, differentiated and printed once, so the ratio should be 1.
var metadata = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(a => a.Key, a => a.Value!);
MetadataReference[] references = [.. Directory.GetFiles(metadata["RefPack"], "*.dll").Append(typeof(Parameter).Assembly.Location)
    .Append(typeof(System.Numerics.Tensors.Tensor).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))];
var options = new CSharpParseOptions(LanguageVersion.CSharp14);
var sources = new[] { "SparseLanguageModel.cs", "DecoderBlock.cs", "SwiGlu.cs" }.Select(file => File.ReadAllText(Path.Combine(metadata["Sample"], file))).ToArray();
int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;

var times = new Dictionary<int, List<double>> { [4] = [], [100] = [] };
var sizes = new Dictionary<int, int>();
for (int round = -3; round < rounds; round++)
    foreach (int layers in times.Keys)
    {
        var (seconds, characters) = Generate(layers);
        sizes[layers] = characters;
        if (round >= 0)
            times[layers].Add(seconds);
    }
double Median(int layers) => times[layers].Order().ElementAt(times[layers].Count / 2);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"4 layers: {Median(4) * 1e3:F1} ms, {sizes[4]} characters; 100 layers: {Median(100) * 1e3:F1} ms, {sizes[100]} characters; time ratio {Median(100) / Median(4):F2}"));

(double Seconds, int Characters) Generate(int layers)
{
    var trees = sources.Select(text => CSharpSyntaxTree.ParseText(text.Replace("Layers = 4", $"Layers = {layers}"), options)).Append(CSharpSyntaxTree.ParseText("global using System;", options));
    var compilation = CSharpCompilation.Create("Sample", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    var driver = CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], parseOptions: options);
    long start = Stopwatch.GetTimestamp();
    var result = driver.RunGenerators(compilation).GetRunResult();
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    return result.Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error)
        ? throw new InvalidOperationException(string.Join("\n", result.Diagnostics))
        : (seconds, result.GeneratedTrees.Sum(t => t.Length));
}
