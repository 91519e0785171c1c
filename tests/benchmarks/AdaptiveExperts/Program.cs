using System.Diagnostics;
using System.Globalization;
using Shardwright.Hardware;

// What adaptive placement gains on one MoE layer, forward and backward: 64 expert ranks, width 7168, 256 experts of 2048, 8 a token, 8,192 tokens a rank, bfloat16; predicted, every byte of replicas charged.
// With SHARDWRIGHT_DATA set: the recorded expert counts of DeepSeek-R1, 8 workloads x 58 layers (an argument n takes every n-th layer); without: generated ones of the same kind. Then the workloads W0 to W7, and the layer at even load with its rows in parts.
// Published: 94.6 % of the ideal step (UltraEP, arXiv 2606.04101, EP64 on Hopper, overlap with other layers included).
const int Experts = 256, Ranks = 64, Slots = 2;
var shape = new ExpertLayerShape(7168, 2048, TopK: 8, Tokens: 8192);
int[] parts = [1, 2, 4];
int every = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
var light = shape with { SharesSlots = false, GradientBytes = 2 };
Place[] places =
[
    new("trn3, a server of 16 chips", "trn3.ultraserver64", new(64, 64), RowExchange.Variable, shape),
    new("trn2, an instance of 16 chips", "trn2.48xlarge", new(64, 64), RowExchange.Variable, shape),
    new("  padded blocks", "trn2.48xlarge", new(64, 64), RowExchange.Padded, shape),
    new("trn3, 64 chips, one rank each", "trn3.ultraserver64", new(256, 64, ExpertInnermost: false), RowExchange.Variable, shape),
    new("trn2u, 64 chips, one rank each", "trn2u.48xlarge", new(256, 64, ExpertInnermost: false), RowExchange.Variable, shape),
    new("  own slots, 2-byte gradients", "trn2u.48xlarge", new(256, 64, ExpertInnermost: false), RowExchange.Variable, light),
    new("trn2, 64 instances over EFA", "trn2.48xlarge", new(4096, 64, ExpertInnermost: false), RowExchange.Variable, shape),
    new("  own slots, 2-byte gradients", "trn2.48xlarge", new(4096, 64, ExpertInnermost: false), RowExchange.Variable, light),
];
var layers = Layers();
Console.WriteLine($"{layers.Count} layers. Times in ms of the mean layer, bytes of all ranks.");
Console.WriteLine($"{"where the 64 ranks lie",-32} {"ideal",7} {"static",7} {"share",6} {"adapt.",7} {"share",6} {"worst",6} {"max/mean",13} {"replicas",8} {"GB",5} {"exposed: weights",16} {"gradients",9} {"at home",7} {"decision us",11}");
foreach (var place in places)
    Console.WriteLine(Row(place, layers));
Console.WriteLine();
Console.WriteLine($"{"workloads, slowest of 8 layers",-32} adaptive / static by workload, 1 is nothing to gain");
foreach (var place in places)
    Console.WriteLine($"{place.Name,-32} {string.Join("  ", Enum.GetValues<RoutingWorkload>().Select(workload => $"{workload} {Slowest(place, workload):F3}"))}");

Console.WriteLine();
Console.WriteLine($"{"rows in parts, at even load, ms",-32} {string.Join("  ", parts.Select(n => $"{n,7}"))}  fastest");
foreach (var place in places.Where(place => place.Shape == shape))
{
    var times = parts.Select(n => ChunkChoice.Picoseconds(MachineCatalog.Get(place.Machine), place.Mesh, place.Shape, Experts, place.Exchange, n)).ToList();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{place.Name,-32} {string.Join("  ", times.Select(time => $"{time / 1e9,7:F1}"))}  {ChunkChoice.Fastest(MachineCatalog.Get(place.Machine), place.Mesh, place.Shape, Experts, place.Exchange),7} {1 - (double)times.Min() / times[0]:P1} less"));
}

List<int[][]> Layers()
{
    string? folder = Environment.GetEnvironmentVariable("SHARDWRIGHT_DATA");
    if (folder is null)
        return [.. Enumerable.Range(0, 32).Select(layer => new RoutingGenerator(Experts, Ranks, (int)shape.Copies, seed: 1).Draw(RoutingWorkload.Clustered, layer % 4, layer))];
    var recorded = Directory.GetFiles(Path.Combine(folder, "traces"), "*.json").Order(StringComparer.Ordinal).SelectMany(path => RoutingTrace.Read(File.ReadAllText(path), path).ExpertLayers).ToList();
    return [.. recorded.Select((layer, i) => (layer, i)).Where(l => l.i % every == every / 2).Select(l => RecordedRouting.Draw(l.layer, Ranks, (int)shape.Copies, new((ulong)l.i)))];
}

string Row(Place place, List<int[][]> micro)
{
    var (estimator, chooser) = Prepare(place);
    var plan = new PlacementPlan(estimator.Layout);
    // Forced balance.
    int[][] even = ExpertLayerEstimator.Balanced(estimator.Layout, estimator.Shape);
    long ideal = estimator.Static(even, RoutingGenerator.Sum(even));
    // The first decisions run code that is still being compiled.
    for (int warm = 0; warm < 200; warm++)
        chooser.Choose(micro[warm % micro.Count]);
    double staticTime = 0, time = 0, worst = 1, before = 0, after = 0, replicas = 0, bytes = 0, weights = 0, gradients = 0, atHome = 0;
    var decisions = new List<double>();
    foreach (int[][] counts in micro)
    {
        int[] load = RoutingGenerator.Sum(counts);
        plan.Reset(load);
        long still = estimator.Static(counts, load), start = Stopwatch.GetTimestamp();
        var choice = chooser.Choose(counts);
        decisions.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        var chosen = estimator.Estimate(counts, chooser.Plan);
        double own = (double)ideal / chosen.Picoseconds;
        (staticTime, time, before, after, replicas, bytes) = (staticTime + still, time + chosen.Picoseconds, before + plan.Imbalance(), after + chosen.Imbalance, replicas + chosen.Replicas, bytes + chosen.ReplicaBytes);
        (weights, gradients, atHome, worst) = (weights + chosen.ExposedWeights, gradients + chosen.ExposedGradients, atHome + (choice.IsStatic ? 1 : 0), Math.Min(worst, own));
    }
    int n = micro.Count;
    decisions.Sort();
    return string.Create(CultureInfo.InvariantCulture,
        $"{place.Name,-32} {ideal / 1e9,7:F1} {staticTime / n / 1e9,7:F1} {ideal * n / staticTime,6:P1} {time / n / 1e9,7:F1} {ideal * n / time,6:P1} {worst,6:P1} {before / n,5:F2} -> {after / n:F3} {replicas / n,8:F1} {bytes / n / 1e9,5:F1} {weights / n / 1e9,16:F2} {gradients / n / 1e9,9:F2} {atHome,7} {decisions[n / 2],11:F0}");
}

double Slowest(Place place, RoutingWorkload workload)
{
    var (estimator, chooser) = Prepare(place);
    var generator = new RoutingGenerator(Experts, Ranks, (int)shape.Copies, seed: 2);
    return Enumerable.Range(0, 8).Max(layer =>
    {
        int[][] counts = generator.Draw(workload, step: layer, layer);
        chooser.Choose(counts);
        return (double)estimator.Picoseconds(counts, chooser.Plan) / estimator.Static(counts, RoutingGenerator.Sum(counts));
    });
}

(ExpertLayerEstimator, PlacementChooser) Prepare(Place place)
{
    var estimator = Estimator(place);
    return (estimator, new(estimator));
}

ExpertLayerEstimator Estimator(Place place) => new(MachineCatalog.Get(place.Machine), place.Mesh, new(Experts, Ranks, Slots), place.Shape, place.Exchange);

internal sealed record Place(string Name, string Machine, MeshPlacement Mesh, RowExchange Exchange, ExpertLayerShape Shape);
