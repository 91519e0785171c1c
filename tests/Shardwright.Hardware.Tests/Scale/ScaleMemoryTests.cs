namespace Shardwright.Hardware.Tests;

public sealed class ScaleMemoryTests
{
    private const long Rows = 512;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 4)]
    [InlineData(64, 8)]
    public void Of_Mesh_IsTheSumOfItsPartsByHand(int data, int expert)
    {
        var memory = ScaleMemory.Of(SmallPlan.Plan, new(data, expert));

        long parameters = SmallPlan.Outside + SmallPlan.Layers * (SmallPlan.Dense + SmallPlan.Experts / expert * SmallPlan.Expert);
        Assert.Equal((parameters, parameters, 2 * parameters), (memory.Weights, memory.Gradients, memory.Optimizer));
        Assert.Equal(Rows * (1000 * SmallPlan.Layers + 500), memory.Routed);
        Assert.Equal(9 * SmallPlan.MiB + 100 * (data - 2), memory.Activations);
        Assert.Equal(0, memory.Gathered);
    }

    [Theory]
    [InlineData(8, 4)]
    [InlineData(64, 8)]
    [InlineData(4096, 8)]
    public void Sharded_Mesh_DividesByTheRanksThatWouldHoldCopies(int data, int expert)
    {
        var memory = ScaleMemory.Sharded(SmallPlan.Plan, new(data, expert));

        long dense = SmallPlan.Outside + SmallPlan.Layers * SmallPlan.Dense, experts = SmallPlan.Layers * SmallPlan.Experts / expert * SmallPlan.Expert;
        long share = dense / data + experts / (data / expert);
        Assert.Equal((share, share, 2 * share), (memory.Weights, memory.Gradients, memory.Optimizer));
        // The embedding and a layer are whole: parameters in bfloat16, as products read them, gradients in float32.
        long layer = SmallPlan.Dense + SmallPlan.Experts / expert * SmallPlan.Expert;
        Assert.Equal((SmallPlan.Outside > layer ? SmallPlan.Outside + layer : 2 * layer) * 3 / 2, memory.Gathered);
        Assert.Equal(ScaleMemory.Of(SmallPlan.Plan, new(data, expert)).Activations, memory.Activations);
    }

    [Fact]
    public void Of_UnevenLoad_CountsTheRowsOfTheFullestRank()
    {
        var routing = new TraceRouting(SmallPlan.Plan.Program, 2.0, expertRanks: 4);

        Assert.Equal(2 * Rows * (1000 * SmallPlan.Layers + 500), ScaleMemory.Of(SmallPlan.Plan, new(8, 4), routing).Routed);
    }

    [Fact]
    public void Of_UnevenLoadOfExactGroups_CountsTheRowsThatEveryRankHas()
    {
        var program = SmallPlan.Plan.Program;
        var plan = SmallPlan.Plan with { Program = new(program.Nodes, [.. program.Sites.Select(site => site with { Placement = "Exact" })], program.Slots) };

        Assert.Equal(ScaleMemory.Of(plan, new(8, 4)).Routed, ScaleMemory.Of(plan, new(8, 4), new TraceRouting(program, 2.0, expertRanks: 4)).Routed);
    }

    [Fact]
    public void At_MemoryTooSmall_NamesClassesNeedCapacityAndFix()
    {
        var machine = TestMachines.Plain() with { Name = "tight" };
        machine = machine with { Rank = machine.Rank with { HbmBytes = 120 * SmallPlan.MiB } };

        string problem = ScaleStudy.At(SmallPlan.Plan, machine, 16, 8, new() { Sharding = ScaleSharding.None }).Problem!;

        Assert.StartsWith("out of device memory (HBM): data 16 × expert 8 on 16 chips of tight needs 139.20 MiB a rank, a rank has 120.00 MiB.\n", problem);
        Assert.Contains("TOTAL |   Weights | Gradients | Optimizer | Activations |   Routed", problem);
        Assert.Contains("139.20 MiB | 32.00 MiB | 32.00 MiB | 64.00 MiB |", problem);
        Assert.Contains("Fix: split the experts over more ranks, or shard", problem);
    }

    [Fact]
    public void At_Auto_ShardsOnlyWhereCopiesDoNotFit()
    {
        var machine = TestMachines.Plain();
        machine = machine with { Rank = machine.Rank with { HbmBytes = 120 * SmallPlan.MiB } };

        Assert.False(ScaleStudy.At(SmallPlan.Plan, TestMachines.Plain(), 16, 8).IsSharded);
        var sharded = ScaleStudy.At(SmallPlan.Plan, machine, 16, 8);
        Assert.True(sharded.IsSharded);
        Assert.NotNull(sharded.Step);
        Assert.True(sharded.Memory!.Peak <= 120 * SmallPlan.MiB);
    }
}
