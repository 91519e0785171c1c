using System.Diagnostics;
using System.Globalization;
using Shardwright.Hardware;

// What a placement plan costs on one core: counts of many layers as a real router's, planned one after the other; median and 99th percentile of the plans.
// Published on a GPU at 64 ranks and 256 experts: 67 to 78 microseconds (UltraEP, arXiv 2606.04101); at 1,024 ranks: 282 ms (LAER-MoE's planner, arXiv 2602.11686).
const int Layers = 64, Rounds = 30;
Console.WriteLine($"{"planner",-8} {"ranks",6} {"experts",8} {"slots",6} {"median us",10} {"p99 us",8} {"bytes",6} {"max/mean",9}");
foreach (var (ranks, experts, slots) in new[] { (8, 256, 4), (32, 256, 2), (64, 256, 2), (64, 256, 4), (1024, 1024, 2) })
{
    // As many tokens over all ranks whatever their number: drawing them takes longer than planning.
    var generator = new RoutingGenerator(experts, ranks, 524_288 / ranks, seed: 1);
    int[][] loads = [.. Enumerable.Range(0, Layers).Select(layer => RoutingGenerator.Sum(generator.Draw(RoutingWorkload.Clustered, 0, layer)))];
    var layout = new ExpertLayout(experts, ranks, slots);
    Measure(new QuotaPlanner(layout), layout, loads);
    Measure(new SpillPlanner(layout), layout, loads);
    var exact = new ExpertLayout(experts, ranks, experts / ranks);
    Measure(new ExactPlanner(exact), exact, loads);
}

static void Measure(PlacementPlanner planner, ExpertLayout layout, int[][] loads)
{
    var plan = new PlacementPlan(layout);
    var times = new List<double>(loads.Length * Rounds);
    double imbalance = 0;
    long bytes = 0;
    for (int round = -20; round < Rounds; round++)
        foreach (int[] load in loads)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            planner.Plan(load, plan);
            double time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            bytes = Math.Max(bytes, round < 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - allocated);
            if (round < 0)
                continue;
            times.Add(time);
            imbalance += plan.Imbalance();
        }
    double mean = imbalance / times.Count;
    times.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{planner.Name,-8} {layout.Ranks,6} {layout.Experts,8} {layout.Slots,6} {times[times.Count / 2],10:F1} {times[times.Count * 99 / 100],8:F1} {bytes,6} {mean,9:F4}"));
}
