using Shardwright.Hardware.Reports;
using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests.Reports;

/// <summary>Two layers whose rows are kept from forward to backward, in numbers that a reader can add up.</summary>
public sealed class MemoryProfileTests
{
    private const int Layers = 2;
    private const long Rows = 512;

    [Fact]
    public void Points_OfTwoLayers_AreWhatTheLayoutReserves()
    {
        var profile = MemoryProfile.Of(Plan(Layers));

        Assert.Equal(
        [
            (0, "", 1000 + 90),                                  // before any rows: all temporaries may be in use
            (1, "block 0", 1000 + 50 + Rows * 8),                // forward frame of the first layer
            (2, "block 0", 1000 + 50 + Rows * 8),
            (1, "block 1", 1000 + 50 + Rows * (3 + 8)),          // the first layer keeps 3 bytes a row
            (2, "block 1", 1000 + 50 + Rows * (3 + 8)),
            (3, "block 1", 1000 + 10 + Rows * (3 + 4)),          // gradients arrive at the second layer
            (4, "block 1", 1000 + 20 + Rows * (3 + 9)),
            (5, "block 1", 1000 + 30 + Rows * (3 + 5)),
            (3, "block 0", 1000 + 10 + Rows * 4),
            (4, "block 0", 1000 + 20 + Rows * 9),
            (5, "block 0", 1000 + 30 + Rows * 5),
            (6, "", 1000 + 70L),
        ], profile.Points.Select(point => (point.Operation, point.Iteration, point.Total)));
        Assert.Equal((6, 1000 + 20 + Rows * 12), (profile.PeakPoint, profile.PeakBytes));
        Assert.Equal("", profile.Omitted);
    }

    [Fact]
    public void Classes_AtThePeak_AreItsBuffersAndWhatIsEmpty()
    {
        var profile = MemoryProfile.Of(Plan(Layers));

        var peak = profile.Points[profile.PeakPoint].Bytes;
        // Both layers' saved rows, and the gradients of the running one.
        Assert.Equal((600L, 100L, Rows * (3 + 3) + Rows * 5), (peak[(int)MemoryClass.Weights], peak[(int)MemoryClass.SavedActivations], peak[(int)MemoryClass.RoutedRows]));
        Assert.Equal(profile.PeakBytes - 700 - Rows * 11, peak[(int)MemoryClass.Unused]);
        Assert.Equal([("saved", Rows * 6), ("d_rows", Rows * 5), ("Weight", 600L), ("x", 100L)], profile.AtPeak.Select(buffer => (buffer.Buffer.Name, buffer.Bytes)));
    }

    [Fact]
    public void Points_OfManyLayers_AreFewAndShowThePeak()
    {
        var profile = MemoryProfile.Of(Plan(1500));

        Assert.InRange(profile.Points.Count, 12, 40);
        Assert.Equal(1000 + 20 + Rows * (3L * 1499 + 9), profile.PeakBytes);
        Assert.Equal("block 1499", profile.Points[profile.PeakPoint].Iteration);
        Assert.Contains("the first, one in the middle, the last", profile.Omitted, StringComparison.Ordinal);
        Assert.Equal(profile.Points.Max(point => point.Total), profile.PeakBytes);
    }

    [Fact]
    public void Points_OfSeveralMicroBatches_AreThoseOfTheFirst()
    {
        var profile = MemoryProfile.Of(Plan(Layers) with { MicroBatches = 3 });

        Assert.Equal("micro-batches after the first, which repeat it: 2", profile.Omitted);
    }

    private static PlanDocument Plan(int layers)
    {
        var forward = new TimedLoop("block", layers, [Move(1, 1, [0], [0]), Move(2, 1, [0], [0])]);
        var backward = new TimedLoop("block", layers, [Move(3, 1, [0], [0]), Move(4, 1, [0], [0]), Move(5, 1, [0], [0])]) { IsBackward = true };
        var plan = StepReportTests.Plan(new([Move(0, 1, [0], [0]), forward, backward, Move(6, 1, [0], [0])], [new("Blocks[*].Experts", 8, 2, layers, 256)], 8), new(4, 4));
        return plan with
        {
            Memory = plan.Memory with { Reserved = 1000, Temporaries = 90, Frames = [new(1, 2, 3, 5, Saved: 3, Forward: 8, Arriving: 4, Backward: 9, Leaving: 5, [50, 60, 10, 20, 30, 70])] },
            Buffers =
            [
                new("Weight", MemoryClass.Weights, 600, 0, 0, 6), new("x", MemoryClass.SavedActivations, 100, 0, 0, 5),
                new("saved", MemoryClass.RoutedRows, 0, 3, 1, 4) { Site = 0 }, new("rows", MemoryClass.RoutedRows, 0, 5, 1, 2) { Site = 0 }, new("d_rows", MemoryClass.RoutedRows, 0, 5, 4, 5) { Site = 0 },
            ],
        };
    }
}
