using System.Globalization;

namespace Shardwright.Hardware.Tests;

/// <summary>
/// What AWS shows in its guide to nccom-test, beside the model with documented constants only: nothing is fitted, and the guide itself says that its numbers should not be considered up to date and mostly names no instance
/// (64 ranks on 2 nodes is trn1.32xlarge). The table shows how far an uncalibrated prediction may be off; only what does not depend on a fixed cost of each call is asserted.
/// </summary>
public class NeuronCollectiveTests(ITestOutputHelper output)
{
    private const double KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30;

    private static readonly (CollectiveKind Kind, int Ranks, int Stride, double Bytes, double Microseconds, string Note)[] Guide =
    [
        (CollectiveKind.AllReduce, 2, 1, KiB, 58, ""),
        (CollectiveKind.AllReduce, 2, 1, MiB, 68, ""),
        (CollectiveKind.AllReduce, 2, 1, GiB, 18_930, ""),
        (CollectiveKind.AllGather, 8, 1, KiB, 10, ""),
        (CollectiveKind.AllGather, 8, 1, 512 * KiB, 14.8, ""),
        (CollectiveKind.AllGather, 32, 1, KiB, 6.2, "newer example"),
        (CollectiveKind.AllGather, 32, 1, 64 * KiB, 8.2, "newer example"),
        (CollectiveKind.AllGather, 32, 1, 512 * KiB, 23, "newer example"),
        (CollectiveKind.AllGather, 32, 1, 64 * KiB, 150, "older example"),
        (CollectiveKind.AllReduce, 16, 1, 2 * MiB, 686, "rdh"),
        (CollectiveKind.AllReduce, 16, 1, 512 * MiB, 9_690, "kangaring"),
        (CollectiveKind.AllReduce, 64, 1, MiB, 1_330, "2 nodes"),
        (CollectiveKind.AllReduce, 64, 1, GiB, 41_800, "2 nodes"),
        (CollectiveKind.AllToAll, 2, 32, MiB, 955, "2 nodes, all-to-all-v"),
    ];

    [Fact]
    public void Of_DocumentedConstants_BesideTheGuidesNumbers()
    {
        var machine = MachineCatalog.Find("trn1.32xlarge")!;
        output.WriteLine("kind           ranks       bytes   guide µs   model µs   error   algorithm");
        var errors = new List<double>();
        foreach (var row in Guide)
        {
            var cost = CollectiveTime.Of(machine, row.Kind, GroupShape.Of(machine, row.Ranks, row.Stride), (long)row.Bytes);
            double microseconds = cost.Picoseconds / 1e6, error = microseconds / row.Microseconds - 1;
            errors.Add(Math.Abs(error));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Kind,-14} {row.Ranks,5} {row.Bytes,11:F0} {row.Microseconds,10:F1} {microseconds,10:F1} {100 * error,6:F0} %  {cost.Algorithm} {row.Note}"));
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean |error| {100 * errors.Average():F0} %; uncalibrated"));

        Assert.Null(machine.Calibration);
        Assert.All(errors, error => Assert.True(double.IsFinite(error)));
    }

    [Theory]
    [InlineData(16, 2 * (1L << 20), "recursive halving/doubling")]
    [InlineData(16, 512 * (1L << 20), "KangaRing")]
    public void Of_SizesOfTheGuide_TakesTheAlgorithmThatItNames(int ranks, long bytes, string algorithm)
    {
        var machine = MachineCatalog.Find("trn1.32xlarge")!;

        Assert.Equal(algorithm, CollectiveTime.Of(machine, CollectiveKind.AllReduce, GroupShape.Of(machine, ranks, 1), bytes).Algorithm);
    }
}
