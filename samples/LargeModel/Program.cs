using System.Diagnostics;
using System.Globalization;
using LargeModel;
using Shardwright.Hardware;

// The study from code. `dotnet build -t:ShardwrightScale` prints the same without running anything of the model.
// Arguments: numbers of chips, such as 1024 40000.
var plan = PlanReader.Read(LargeLanguageModelPlan.Json);
var machine = plan.Machine();
var watch = Stopwatch.StartNew();
var points = ScaleStudy.Run(plan, machine, ScaleRequest.Parse(args.Length > 0 ? string.Join(';', args) : "256;1024;4096;16384;40000", null, null));
Console.Write(ScaleTable.Of(plan, machine, points));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{points.Count} steps simulated in {watch.Elapsed.TotalSeconds:F2} s."));
