namespace Shardwright.Hardware.Reports;

/// <summary>A horizontal roof: the tensor engine's rate for a format.</summary>
/// <param name="Format">Format of the operands.</param>
/// <param name="FlopsPerSecond">Rate of one rank.</param>
/// <param name="RidgeFlopsPerByte">Where it meets HBM's roof.</param>
public sealed record ComputeRoof(OperandFormat Format, double FlopsPerSecond, double RidgeFlopsPerByte);

/// <summary>A diagonal roof.</summary>
/// <param name="Name">HBM, or the links of a level.</param>
/// <param name="IsLinks">Whether its bytes are those over links.</param>
/// <param name="BytesPerSecond">Rate of one rank.</param>
public sealed record MemoryRoof(string Name, bool IsLinks, double BytesPerSecond);

/// <summary>A statement with products under the roofs.</summary>
/// <param name="Operation">The statement.</param>
/// <param name="Format">Format of its operands.</param>
public sealed record RooflinePoint(ReportOperation Operation, OperandFormat Format)
{
    /// <summary>FLOPs a second while it runs.</summary>
    public double FlopsPerSecond => Operation.Estimate.Times.Flops / (Operation.Estimate.Picoseconds * 1e-12);
}

/// <summary>The roofline of one rank: published rates, the statements with products, and the step as a whole.</summary>
/// <param name="ComputeRoofs">Formats that the step uses.</param>
/// <param name="MemoryRoofs">HBM first, then the links that the mesh uses.</param>
/// <param name="Points">Statements.</param>
/// <param name="Flops">FLOPs of a rank's step.</param>
/// <param name="HbmBytes">Bytes between HBM and core of a rank's step.</param>
/// <param name="LinkBytes">Bytes over links of a rank's step.</param>
/// <param name="Picoseconds">The step's time.</param>
public sealed record Roofline(IReadOnlyList<ComputeRoof> ComputeRoofs, IReadOnlyList<MemoryRoof> MemoryRoofs, IReadOnlyList<RooflinePoint> Points, long Flops, long HbmBytes, long LinkBytes, long Picoseconds)
{
    internal static Roofline Of(ProgramCosts costs, IReadOnlyList<ReportOperation> operations, RankClock clock)
    {
        var rates = costs.Machine.Rank;
        var points = operations.Where(operation => operation.Estimate.Times is { Flops: > 0, HbmBytes: > 0, Duration: > 0 }).Select(operation => new RooflinePoint(operation, costs.Format(operation.Op.Index))).ToList();
        return new(
            [.. points.Select(point => point.Format).Distinct().OrderBy(format => format).Select(format => new ComputeRoof(format, rates.TensorFlops[(int)format], rates.Ridge(format)))],
            [new("HBM", false, rates.HbmBandwidth), .. Links(costs)],
            points, clock.Flops, clock.Work.HbmBytes, clock.Work.LinkBytes, clock.Now);
    }

    /// <summary>A rank's share of the links of each level that the world spans, all directions that a ring can use.</summary>
    private static IEnumerable<MemoryRoof> Links(ProgramCosts costs) =>
        CollectiveTime.Timer(costs.Machine, CollectiveKind.AllReduce, costs.Shape(CollectiveGroup.World)).Axes.GroupBy(axis => axis.Level)
            .Select(level => new MemoryRoof($"{costs.Machine.Levels[level.Key].Name} links", true, level.Sum(axis => axis.RingRate)));
}
