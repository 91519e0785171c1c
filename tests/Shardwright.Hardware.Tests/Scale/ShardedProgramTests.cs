namespace Shardwright.Hardware.Tests;

public sealed class ShardedProgramTests
{
    [Fact]
    public void Of_Mesh_GathersEveryLayerTwiceAndScattersEveryGradientOnce()
    {
        var mesh = new MeshPlacement(16, 8);
        var bytes = Bytes(ShardedProgram.Of(SmallPlan.Plan, mesh), mesh);

        // Once ahead of the first layer, then a layer ahead forward and backward; bfloat16 on the way: half the bytes. The embedding once.
        long dense = SmallPlan.Dense / 2 * (2 * SmallPlan.Layers + 1) + SmallPlan.Outside / 2;
        Assert.Equal(dense, bytes[(CollectiveKind.AllGather, CollectiveGroup.World)]);
        Assert.Equal(SmallPlan.Expert / 2 * (2 * SmallPlan.Layers + 1), bytes[(CollectiveKind.AllGather, CollectiveGroup.ExpertReplicas)]);
        Assert.Equal(SmallPlan.Outside + SmallPlan.Layers * SmallPlan.Dense, bytes[(CollectiveKind.ReduceScatter, CollectiveGroup.World)]);
        Assert.Equal(SmallPlan.Layers * SmallPlan.Expert, bytes[(CollectiveKind.ReduceScatter, CollectiveGroup.ExpertReplicas)]);
        Assert.DoesNotContain(bytes, pair => pair.Key.Kind == CollectiveKind.AllReduce);
    }

    [Fact]
    public void Of_Mesh_UpdatesTheRanksShare()
    {
        var program = ShardedProgram.Of(SmallPlan.Plan, new(16, 8));

        var update = program.Ops.Single(op => op.Name == "AdamW");
        Assert.Equal((SmallPlan.Outside + SmallPlan.Layers * SmallPlan.Dense) * 4 / 16 + SmallPlan.Layers * SmallPlan.Expert * 4 / 2, update.Work.ReadBytes.At(0, 0));
        Assert.Equal(Enumerable.Range(0, program.Ops.Count), program.Ops.Select(op => op.Index));
    }

    [Fact]
    public void Of_OneRank_TakesTheTimeOfTheProgramItself()
    {
        var machine = TestMachines.Plain();

        Assert.Equal(ProgramWalk.Balanced(new(SmallPlan.Plan.Program, machine, new(1, 1))).Now, ProgramWalk.Balanced(new(ShardedProgram.Of(SmallPlan.Plan, new(1, 1)), machine, new(1, 1))).Now);
    }

    private static Dictionary<(CollectiveKind Kind, CollectiveGroup Group), long> Bytes(TimedProgram program, MeshPlacement mesh)
    {
        var sums = new Dictionary<(CollectiveKind, CollectiveGroup), long>();
        Add(program.Nodes, 1);
        return sums;

        void Add(IEnumerable<TimedNode> nodes, int times)
        {
            foreach (var node in nodes)
                if (node is TimedLoop loop)
                    Add(loop.Body, times * loop.Count);
                else if (node is TimedOp { Collective: { Exchange: RowExchange.None } c })
                    sums[(c.Kind, c.Group)] = sums.GetValueOrDefault((c.Kind, c.Group)) + times * c.BytesOf(mesh.Size(c.Group), default, 0);
        }
    }
}
