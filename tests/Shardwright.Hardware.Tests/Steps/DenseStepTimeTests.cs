namespace Shardwright.Hardware.Tests;

public class DenseStepTimeTests
{
    private static readonly TransformerShape Shape = new(Layers: 4, Width: 512, Heads: 8, Sequence: 256, Vocabulary: 1024);
    private static readonly FrameworkRates Framework = new() { HostPicoseconds = 0, LogitBytes = 100 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Work_OfAllOps_HasTheFlopsOfThePaper(int tensor)
    {
        const int sequences = 3;
        double forward = Flops(DenseLayerWork.Forward(Shape, sequences, tensor)), backward = Flops(DenseLayerWork.Backward(Shape, sequences, tensor));
        double head = Flops(DenseHeadWork.All(Shape, sequences, tensor, 100));

        Assert.Equal(2 * forward, backward, 0);
        Assert.Equal(Shape.StepFlops(sequences, recompute: false), tensor * (Shape.Layers * (forward + backward) + head), 0);
        Assert.Equal(Shape.StepFlops(sequences, recompute: true), tensor * (Shape.Layers * (2 * forward + backward) + head), 0);

        static double Flops(IEnumerable<OpWork> ops) => ops.Sum(op => op.Products.Sum(product => product.Flops));
    }

    [Fact]
    public void Of_OneRank_OnlyComputes()
    {
        var machine = TestMachines.Plain();
        var time = DenseStepTime.Of(machine, Shape, Schedule(), Framework);

        long layer = Sum(DenseLayerWork.Forward(Shape, 2)) + Sum(DenseLayerWork.Backward(Shape, 2));
        Assert.Equal(4 * Shape.Layers * layer, time.Layers);
        Assert.Equal(4 * Sum(DenseHeadWork.All(Shape, 2, 1, 100)), time.Head);
        Assert.Equal(OptimizerTime.Picoseconds(machine.Rank, Shape.Parameters, 30), time.Update);
        Assert.Equal(4 * OptimizerTime.Picoseconds(machine.Rank, Shape.Parameters, 10), time.Accumulation);
        Assert.Equal((0, 0, 0), (time.Transfers, time.Reduction, time.Fixed));
        Assert.Equal(time.Layers + time.Head + time.Update + time.Accumulation, time.Picoseconds);

        long Sum(IEnumerable<OpWork> ops) => ops.Sum(op => OpTime.Of(machine.Rank, op).Duration);
    }

    [Fact]
    public void Of_SlowHost_TakesTheHostsTimeForEachOp()
    {
        var time = DenseStepTime.Of(TestMachines.Plain(), Shape, Schedule(), Framework with { HostPicoseconds = 1_000_000_000_000 });

        int ops = DenseLayerWork.Forward(Shape, 2).Count + DenseLayerWork.Backward(Shape, 2).Count;
        Assert.Equal(4L * Shape.Layers * ops * 1_000_000_000_000, time.Layers);
    }

    [Fact]
    public void Of_FixedTimes_AreAddedOnceAndForEachMicroBatch()
        => Assert.Equal(5 + 4 * 7, DenseStepTime.Of(TestMachines.Plain(), Shape, Schedule(), Framework with { StepPicoseconds = 5, MicroBatchPicoseconds = 7 }).Fixed);

    [Fact]
    public void Of_Copies_ReduceTheirGradientsAfterTheLastMicroBatch()
    {
        var machine = TestMachines.Plain();
        var schedule = Schedule() with { Data = 4, GlobalBatch = 32 };
        long all = CollectiveTime.Of(machine, CollectiveKind.AllReduce, GroupShape.Of(machine, 4, 1), 2 * Shape.Parameters).Picoseconds;

        Assert.Equal(all, DenseStepTime.Of(machine, Shape, schedule, Framework).Reduction);
        Assert.InRange(DenseStepTime.Of(machine, Shape, schedule, Framework with { GradientBuckets = 8 }).Reduction, all / 8, all / 8 + 1);
    }

    [Fact]
    public void Of_Recomputation_AddsAForwardPass()
    {
        long none = Layers(Recomputation.None), selective = Layers(Recomputation.Selective), full = Layers(Recomputation.Full);

        Assert.True(none < selective && selective < full);
        Assert.Equal(4 * Shape.Layers * DenseLayerWork.Forward(Shape, 2).Sum(op => OpTime.Of(TestMachines.Plain().Rank, op).Duration), full - none);

        long Layers(Recomputation recomputation) => DenseStepTime.Of(TestMachines.Plain(), Shape, Schedule() with { Recomputation = recomputation }, Framework).Layers;
    }

    [Fact]
    public void Of_Pipeline_HasItsBubbleAndPassesActivationsOn()
    {
        var machine = TestMachines.Plain();
        var piped = DenseStepTime.Of(machine, Shape, Schedule() with { Pipeline = 2 }, Framework);
        var whole = DenseStepTime.Of(machine, Shape, Schedule(), Framework);

        // Half of the layers, five slots instead of four.
        Assert.Equal(whole.Layers / 2 / 4 * 5, piped.Layers);
        Assert.True(piped.Transfers > 0);
    }

    [Fact]
    public void Of_TensorParallelism_ReducesActivationsTwiceEachWay()
    {
        var machine = TestMachines.Plain();
        long one = CollectiveTime.Of(machine, CollectiveKind.AllReduce, GroupShape.Of(machine, 2, 1), 2L * 256 * 2 * 512).Picoseconds;

        Assert.Equal(4 * Shape.Layers * 4 * one, DenseStepTime.Of(machine, Shape, Schedule() with { Tensor = 2 }, Framework).Transfers);
        Assert.Equal(4 * Shape.Layers * 6 * one, DenseStepTime.Of(machine, Shape, Schedule() with { Tensor = 2, Recomputation = Recomputation.Full }, Framework).Transfers);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    public void Forward_NoSequenceOrHeadsThatDoNotDivide_Throws(int microBatch, int tensor) => Assert.Throws<ArgumentOutOfRangeException>(() => DenseLayerWork.Forward(Shape, microBatch, tensor));

    private static DenseSchedule Schedule() => new(1, 1, 1, 1, GlobalBatch: 8, MicroBatch: 2, Recomputation.None);
}
