using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shardwright;
using Shardwright.Capture;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice.Communication;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Passes.Check;
using Shardwright.Compiler.Plan;
using Shardwright.Generators;

// How long the generator takes for the sample with 4 and with 100 layers, alternating: repeated modules are captured, differentiated and printed once, so the ratio should be 1.
var metadata = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(a => a.Key, a => a.Value!);
MetadataReference[] references = [.. Directory.GetFiles(metadata["RefPack"], "*.dll").Append(typeof(Parameter).Assembly.Location)
    .Append(typeof(System.Numerics.Tensors.Tensor).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))];
var options = new CSharpParseOptions(LanguageVersion.CSharp14);
var sources = new[] { "SparseLanguageModel.cs", "DecoderBlock.cs", "SwiGlu.cs" }.Select(file => File.ReadAllText(Path.Combine(metadata["Sample"], file))).ToArray();
// With 'edits' and perhaps a number: a project of many models, at first and after edits.
if (args is ["edits", ..])
{
    int editRounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 7;
    var edits = new EditTimes(references);
    edits.Parts(editRounds);
    await edits.Run(editRounds);
    return;
}
// Until the runtime has left the tier in which it measures behind, code takes several times as long; it compiles anew only while nothing new is called, as between two keys.
const int Warm = 90;
static void Rest(int round)
{
    if (round < 0 && round % 30 == 0)
        Thread.Sleep(500);
}
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

// Planning alone, warm: link, differentiate, shard, lay out memory, time the step on the target.
var planning = new List<double>();
var hundred = Linked(100);
for (int round = -Warm; round < rounds; round++)
{
    Rest(round);
    long start = Stopwatch.GetTimestamp();
    if (ModelCompiler.Compile(hundred).Plan is null)
        throw new InvalidOperationException("The sample with 100 layers has no plan.");
    if (round >= 0)
        planning.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"planning 100 layers: median {planning.Order().ElementAt(planning.Count / 2):F1} ms, {planning.Min():F1} to {planning.Max():F1} ms"));

// The search for a better mesh, warm: all meshes of 8 ranks, timed without compiling any.
var searching = new List<double>();
var eight = hundred with { Options = hundred.Options with { Data = 8, Expert = 8 } };
var onEight = ModelCompiler.Compile(eight);
var plan = onEight.Plan ?? throw new InvalidOperationException($"The sample with 100 layers has no plan on 8 ranks: {string.Join("; ", onEight.Diagnostics)}");
int meshes = 0;
for (int round = -Warm; round < rounds; round++)
{
    Rest(round);
    long start = Stopwatch.GetTimestamp();
    meshes = MeshSearch.Run(eight, plan).Count;
    if (round >= 0)
        searching.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"search of {meshes} meshes, 100 layers: median {searching.Order().ElementAt(searching.Count / 2):F1} ms, {searching.Min():F1} to {searching.Max():F1} ms"));

// Of planning, the proof of the finished programs.
var mesh = new DeviceMesh(hundred.Model.Options!.Data, hundred.Model.Options.Expert);
var report = new ShapeReport();
var (inputs, _) = ModelInputs.Read(hundred, mesh, report);
report.Sequences = inputs[0].Shape[0];
BuiltProgram[] programs = [.. Enum.GetValues<ProgramKind>().Select(kind => BuildProgram.Run(hundred, kind, mesh, inputs, hundred.Model.Options.MicroBatches, report)!)];
var checking = new List<double>();
for (int round = -Warm; round < rounds; round++)
{
    Rest(round);
    long start = Stopwatch.GetTimestamp();
    if (programs.Any(program => CheckShards.Run(program, mesh, hundred.Model.Options.MicroBatches).Count > 0))
        throw new InvalidOperationException("The sample with 100 layers is refused.");
    if (round >= 0)
        checking.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
}
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"of planning, checking the programs: median {checking.Order().ElementAt(checking.Count / 2):F2} ms, {checking.Min():F2} to {checking.Max():F2} ms"));

LinkedModel Linked(int layers)
{
    var compilation = CSharpCompilation.Create("Sample", [.. Trees(layers)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    var graphs = AnnotatedTypes(compilation).Select(type => ModuleCapture.Capture(type, compilation, null, default).Graph).ToList();
    return ModelCompiler.Link(graphs.First(g => g.IsModel).Type, graphs, new(null, null));
}

IEnumerable<INamedTypeSymbol> AnnotatedTypes(Compilation compilation) => compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type).OfType<INamedTypeSymbol>().Where(t => t.GetAttributes().Any(a => a.AttributeClass?.Name is "ModelAttribute" or "ModuleAttribute"));

IEnumerable<SyntaxTree> Trees(int layers) => sources.Select(text => CSharpSyntaxTree.ParseText(text.Replace("Layers = 4", $"Layers = {layers}"), options)).Append(CSharpSyntaxTree.ParseText("global using System;", options));

(double Seconds, int Characters) Generate(int layers)
{
    var compilation = CSharpCompilation.Create("Sample", Trees(layers), references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    var driver = CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], parseOptions: options);
    long start = Stopwatch.GetTimestamp();
    var result = driver.RunGenerators(compilation).GetRunResult();
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    return result.Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error)
        ? throw new InvalidOperationException(string.Join("\n", result.Diagnostics))
        : (seconds, result.GeneratedTrees.Sum(t => t.Length));
}
