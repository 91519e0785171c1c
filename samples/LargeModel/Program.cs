using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using LargeModel;
using Shardwright.Execution;
using Shardwright.Hardware;

// The study from code; `dotnet build -t:ShardwrightScale` prints the same without running anything of the model.
// Arguments: numbers of chips, such as 1024 40000, and the path of a routing trace, which ends in .json.
try
{
    var plan = PlanReader.Read(typeof(LargeLanguageModel).Assembly.GetCustomAttributes<CompiledPlanAttribute>().Single().Json);
    var machine = plan.Machine();
    string? path = args.FirstOrDefault(argument => argument.EndsWith(".json", StringComparison.Ordinal));
    string chips = string.Join(' ', args.Where(argument => argument != path));
    var request = ScaleRequest.Parse(chips.Length > 0 ? chips : "256 1024 4096 16384 32768 40000", meshes: null, sharding: null);
    var trace = path is null ? null : RecordedLoad.Read(File.ReadAllText(path), path);

    var watch = Stopwatch.StartNew();
    var points = ScaleStudy.Run(plan, machine, request, trace);
    Console.Write(ScaleTable.Of(plan, machine, points));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{points.Count} steps simulated in {watch.Elapsed.TotalSeconds:F2} s."));
    return 0;
}
catch (Exception exception) when (exception is ScaleException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
