using System.Globalization;
using System.Text.Json;

namespace Shardwright.Hardware.Tests;

/// <summary>
/// Measured collectives. Constants come from every second row, the first among them; errors are of the other rows. The reverse, where both ends lie outside what was fitted, is printed beside it.
/// </summary>
public class CollectiveCurveTests(ITestOutputHelper output)
{
    private const double Bound = 0.05;

    [Fact]
    public void AllReduce_VTrain_HeldOutRowsWithinFivePercent()
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        var curves = Curves(PublishedData.Table("collectives", "vtrain_allreduce_lut", "data"), 1 << 20, 1e-9, _ => CollectiveKind.AllReduce);

        Assert.Equal(14, curves.Count);
        (double plain, double tabulated) = Print("vTrain, NCCL all-reduce", curves);
        Assert.InRange(plain, 0, Bound);
        Assert.InRange(tabulated, 0, Bound);
    }

    [Fact]
    public void AllReduceAndAllToAll_Galvatron_HeldOutRowsWithinFivePercent()
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        var curves = Curves(PublishedData.Table("collectives", "galvatron_a100_node", "data"), 1 << 20, 1e-3, name => name.StartsWith("all2all") ? CollectiveKind.AllToAll : CollectiveKind.AllReduce);

        Assert.Equal(6, curves.Count);
        (_, double reduce) = Print("Galvatron, all-reduce", [.. curves.Where(curve => curve.Kind == CollectiveKind.AllReduce)]);
        (_, double exchange) = Print("Galvatron, all-to-all", [.. curves.Where(curve => curve.Kind == CollectiveKind.AllToAll)]);
        Assert.InRange(reduce, 0, Bound);
        Assert.InRange(exchange, 0, Bound);
    }

    [Fact]
    public void AllKinds_NnScalerMi200_HeldOutRowsWithinFivePercent()
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        var curves = new List<CollectiveCurve>();
        foreach (var curve in PublishedData.Table("collectives", "nnscaler_mi200_8gpu", "data").EnumerateObject())
        {
            var kind = curve.Name switch { "all gather" => CollectiveKind.AllGather, "all reduce" => CollectiveKind.AllReduce, "reduce scatter" => CollectiveKind.ReduceScatter, _ => CollectiveKind.AllToAll };
            curves.Add(new CollectiveCurve(curve.Name, kind, 8, [.. curve.Value[0].EnumerateArray().Zip(curve.Value[1].EnumerateArray(), (b, t) => ((long)(b.GetDouble() * (1 << 20)), t.GetDouble()))]));
        }

        (_, double tabulated) = Print("nnScaler, 8 MI200", curves);
        Assert.InRange(tabulated, 0, Bound);
    }

    [Fact]
    public void Fit_RowsOfAKnownMachine_FindsItsConstants()
    {
        var curve = Made((bytes, _) => 50e-6 + bytes / 100e9 * 1.75);

        (double alpha, double beta) = CollectiveFit.AlphaBeta(curve.Half(even: true).Rows);

        Assert.Equal(50e-6, alpha, 1e-12);
        Assert.Equal(1.75 / 100e9, beta, 1e-18);
        Assert.InRange(CollectiveFit.MeanError(CollectiveFit.Plain(curve.Half(even: true)), curve.Half(even: false)), 0, 1e-6);
        Assert.InRange(CollectiveFit.MeanError(CollectiveFit.Tabulated(curve.Half(even: true)), curve.Half(even: false)), 0, 0.02);
    }

    [Fact]
    public void Fit_RowsWithThreePercentOfNoise_StaysWithinFivePercentElsewhere()
    {
        var random = new Random(1);
        var curve = Made((bytes, _) => (50e-6 + bytes / 100e9 * 1.75) * (1 + 0.06 * (random.NextDouble() - 0.5)));

        (double plain, double tabulated) = Print("made up", [curve]);
        Assert.InRange(plain, 0, Bound);
        Assert.InRange(tabulated, 0, Bound);
    }

    private static CollectiveCurve Made(Func<long, int, double> seconds) => new("made up", CollectiveKind.AllReduce, 8, [.. Enumerable.Range(0, 11).Select(i => (1L << 20 + i, seconds(1L << 20 + i, i)))]);

    private static List<CollectiveCurve> Curves(JsonElement data, double unit, double seconds, Func<string, CollectiveKind> kind) => [.. data.EnumerateObject().Select(curve => new CollectiveCurve(
        curve.Name, kind(curve.Name), int.Parse(curve.Name.Split('_')[1].Replace("gpu", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
        [.. curve.Value.EnumerateArray().Select(row => ((long)(row[0].GetDouble() * unit), row[1].GetDouble() * seconds))]))];

    /// <summary>Prints a line a curve, and returns the mean error of all held-out rows for α and β, and for α with an efficiency table.</summary>
    private (double Plain, double Tabulated) Print(string title, IReadOnlyList<CollectiveCurve> curves)
    {
        output.WriteLine($"{title}: mean |error| in %");
        output.WriteLine("curve            α µs   bus GB/s |  α, β: fitted  held out | table: fitted  held out |  reverse: α, β    table");
        double[] sums = new double[4];
        int rows = 0, reverseRows = 0;
        foreach (var curve in curves)
        {
            CollectiveCurve even = curve.Half(even: true), odd = curve.Half(even: false);
            Machine plain = CollectiveFit.Plain(even), table = CollectiveFit.Tabulated(even), plainBack = CollectiveFit.Plain(odd), tableBack = CollectiveFit.Tabulated(odd);
            double[] errors = [CollectiveFit.MeanError(plain, odd), CollectiveFit.MeanError(table, odd), CollectiveFit.MeanError(plainBack, even), CollectiveFit.MeanError(tableBack, even)];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{curve.Name,-15} {plain.Levels[0].BasePicoseconds / 1e6,6:F1} {plain.Levels[0].BytesPerSecond[0] / 1e9,10:F1} | {100 * CollectiveFit.MeanError(plain, even),13:F2} {100 * errors[0],9:F2} | ")
                + string.Create(CultureInfo.InvariantCulture, $"{100 * CollectiveFit.MeanError(table, even),13:F2} {100 * errors[1],9:F2} | {100 * errors[2],14:F2} {100 * errors[3],8:F2}"));
            rows += odd.Rows.Count;
            reverseRows += even.Rows.Count;
            for (int i = 0; i < 4; i++)
                sums[i] += errors[i] * (i < 2 ? odd : even).Rows.Count;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all rows: {100 * sums[0] / rows:F2} (α, β), {100 * sums[1] / rows:F2} (table); reverse {100 * sums[2] / reverseRows:F2}, {100 * sums[3] / reverseRows:F2}"));
        return (sums[0] / rows, sums[1] / rows);
    }
}
