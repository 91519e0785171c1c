using System.Globalization;

namespace Shardwright.Hardware.Tests;

/// <summary>The built-in dgx-a100, whose constants come from vTrain's measurements, against Hetu-Galvatron's on another cluster of A100s. No row of these was used for it.
/// Galvatron's "MB" are 2^20 bytes (its profile_all2all.py).</summary>
public class OtherClusterTests(ITestOutputHelper output)
{
    [Fact]
    public void Of_DgxA100_PredictsGalvatronsAllReduce()
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        var machine = MachineCatalog.Find("dgx-a100")!;
        var data = PublishedData.Table("collectives", "galvatron_a100_node", "data");
        output.WriteLine("curve              mean |error|    mean error     largest");
        var means = new Dictionary<CollectiveKind, List<double>> { [CollectiveKind.AllReduce] = [], [CollectiveKind.AllToAll] = [] };
        foreach (var curve in data.EnumerateObject())
        {
            var kind = curve.Name.StartsWith("all2all", StringComparison.Ordinal) ? CollectiveKind.AllToAll : CollectiveKind.AllReduce;
            int ranks = int.Parse(curve.Name.Split('_')[1].Replace("gpu", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            var group = GroupShape.Of(machine, ranks, 1);
            double[] errors = [.. curve.Value.EnumerateArray().Select(row => CollectiveTime.Of(machine, kind, group, (long)(row[0].GetDouble() * (1 << 20))).Picoseconds / 1e9 / row[1].GetDouble() - 1)];
            means[kind].AddRange(errors.Select(Math.Abs));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{curve.Name,-18} {100 * errors.Average(Math.Abs),10:F1} %  {100 * errors.Average(),10:F1} %  {100 * errors.MaxBy(Math.Abs),8:F1} %"));
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all-reduce {100 * means[CollectiveKind.AllReduce].Average():F1} %, all-to-all {100 * means[CollectiveKind.AllToAll].Average():F1} %"));

        Assert.InRange(means[CollectiveKind.AllReduce].Average(), 0, 0.15);
    }
}
