using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Shardwright.Analyzers;
using Shardwright.Capture;
using Shardwright.Compiler;
using Shardwright.Generators;

/// <summary>
/// How long generator and analyzers take for a project of many models, at first and after an edit: the driver's own timing, the analyzers' telemetry, the time on the wall of both together, and the processor time of the process
/// meanwhile, which other programs on the machine disturb least.
/// </summary>
internal sealed class EditTimes(MetadataReference[] references)
{
    static readonly CSharpParseOptions options = new(LanguageVersion.CSharp14);

    readonly Dictionary<string, List<Times>> rows = new(StringComparer.Ordinal);
    int salt;

    readonly record struct Times(double Generator, double Analyzer, double Wall, double Processor);

    public async Task Run(int rounds)
    {
        // The process's first run compiles our code too, as the compiler server's first build does.
        await Round("first in the process");
        for (int round = 0; round < rounds; round++)
            await Round("all models new");
        Console.WriteLine($"{ManyModels.Models} models of {ManyModels.Statements} statements, {ManyModels.Others} other files; median of {rounds} (range), ms");
        Console.WriteLine($"{"",-28} {"generator",-24} {"analyzers",-24} {"both, wall",-24} {"both, processor",-24}");
        foreach (var (name, times) in rows)
            Console.WriteLine($"{name,-28} {Cell(times, t => t.Generator),-24} {Cell(times, t => t.Analyzer),-24} {Cell(times, t => t.Wall),-24} {Cell(times, t => t.Processor),-24}");
    }

    async Task Round(string start)
    {
        salt++;
        var compilation = CSharpCompilation.Create("Many", ManyModels.Files(salt).Select(f => Parse(f.Path, f.Code)), references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], parseOptions: options);
        driver = await Measure(start, driver, compilation);
        bool records = start != "first in the process";
        foreach (var (name, path, change) in Edits())
        {
            compilation = Edit(compilation, path, change);
            driver = await Measure(records ? name : "", driver, compilation);
        }
    }

    /// <summary>One kind of edit after the other, each in another class, as someone types.</summary>
    IEnumerable<(string Name, string Path, Func<string, string> Change)> Edits() =>
    [
        ("unrelated file", "/project/Other7.cs", code => code.Replace("int sum = 0;", $"int sum = {salt};", StringComparison.Ordinal)),
        ("comment above a model", "/project/Model3.cs", code => "// a comment\n" + code),
        ("body of a model", "/project/Model5.cs", code => code.Replace("var a7 = Nn.Gelu(", "var a7 = Nn.Silu(", StringComparison.Ordinal)),
        ("attribute of a module", "/project/Expert9.cs", code => code.Replace("[Module]", "[Module, Precision(NumberFormat.BFloat16)]", StringComparison.Ordinal)),
        ("new member of another class", "/project/Other8.cs", code => code.Replace("public int Count", "public int More => 1;\n\n    public int Count", StringComparison.Ordinal)),
    ];

    async Task<GeneratorDriver> Measure(string row, GeneratorDriver driver, Compilation compilation)
    {
        // As between two keys: the runtime compiles anew what is called often only while nothing new is called.
        await Task.Delay(300);
        long start = Stopwatch.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var diagnostics);
        var analyzer = new ModelAnalyzer();
        var analysis = await generated.WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: true)).GetAnalysisResultAsync(default);
        double wall = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        processor = Environment.CpuUsage.TotalTime - processor;
        if (diagnostics.Concat(analysis.GetAllDiagnostics()).FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } error)
            throw new InvalidOperationException(error.ToString());
        if (row.Length > 0)
        {
            if (!rows.TryGetValue(row, out var times))
                rows.Add(row, times = []);
            times.Add(new(driver.GetTimingInfo().ElapsedTime.TotalMilliseconds, analysis.AnalyzerTelemetryInfo[analyzer].ExecutionTime.TotalMilliseconds, wall, processor.TotalMilliseconds));
        }
        return driver;
    }

    /// <summary>What one of the models costs, by part: processor time, warm.</summary>
    public void Parts(int rounds)
    {
        var compilation = CSharpCompilation.Create("One", ManyModels.Files(0).Where(f => f.Path.EndsWith("Usings.cs", StringComparison.Ordinal) || f.Path.EndsWith("l0.cs", StringComparison.Ordinal) || f.Path.EndsWith("t0.cs", StringComparison.Ordinal)).Select(f => Parse(f.Path, f.Code)), references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var parts = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (int round = -3; round < rounds; round++)
        {
            // Binding is remembered by the compilation: a new one binds anew.
            var fresh = compilation.Clone();
            var captured = Timed("capture", () => new[] { "Many.Model0", "Many.Expert0" }.Select(type => ModuleCapture.Capture(fresh.GetTypeByMetadataName(type)!, fresh, null, default)).ToArray());
            var compiled = Timed("compile", () => ModelCompiler.Compile(ModelCompiler.Link("Many.Model0", [.. captured.Select(c => c.Graph)], new(null, null))));
            Timed("print", () => ModelCompiler.Print(compiled, [.. captured.Select(c => c.Sources)]));
            Timed("rules", () => compiled.Findings);

            T Timed<T>(string part, Func<T> run)
            {
                var before = Environment.CpuUsage.TotalTime;
                var result = run();
                if (!parts.TryGetValue(part, out var times))
                    parts.Add(part, times = []);
                if (round >= 0)
                    times.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
                return result;
            }
        }
        Console.WriteLine($"one of these models, processor time, warm, median of {rounds}, ms: {string.Join(", ", parts.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value.Order().ElementAt(p.Value.Count / 2):F0}")))}");
    }

    static CSharpCompilation Edit(CSharpCompilation compilation, string path, Func<string, string> change)
    {
        var tree = compilation.SyntaxTrees.Single(t => t.FilePath == path);
        var text = SourceText.From(change(tree.ToString()), System.Text.Encoding.UTF8);
        if (text.ContentEquals(tree.GetText()))
            throw new InvalidOperationException($"The edit of {path} changes nothing.");
        return compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(text));
    }

    static SyntaxTree Parse(string path, string code) => CSharpSyntaxTree.ParseText(code, options, path, System.Text.Encoding.UTF8);

    static string Cell(List<Times> times, Func<Times, double> pick)
    {
        double[] sorted = [.. times.Select(pick).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:F0} ({sorted[0]:F0} to {sorted[^1]:F0})");
    }
}
