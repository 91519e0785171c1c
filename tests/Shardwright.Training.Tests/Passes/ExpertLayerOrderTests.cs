using Shardwright.Hardware;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Passes;

/// <summary>What placements are timed for is what the compiler emits: the same statements in the same order, with replicas and without.</summary>
public class ExpertLayerOrderTests
{
    [Theory]
    [InlineData("Static", "Fast", false)]
    [InlineData("Adaptive", "Fast", false)]
    [InlineData("Adaptive", "Fast", true)]
    [InlineData("Adaptive", "Invariant", false)]
    [InlineData("Adaptive", "Invariant", true)]
    [InlineData("Exact", "Invariant", false)]
    [InlineData("Auto", "Fast", true)]
    public void Layer_ThatPlacementsAreTimedFor_HasTheCompiledStatements(string placement, string order, bool low)
    {
        string source = CompiledPlan.Source("Sample")
            .Replace("[Experts]", $"[Experts(Placement = Placement.{placement}, LeastTokens = 1, Order = SumOrder.{order})]", StringComparison.Ordinal)
            .Replace("[Model, ", low ? "[Model, Precision(NumberFormat.BFloat16), " : "[Model, ", StringComparison.Ordinal);
        var plan = PlanReader.Read(CompiledPlan.OfSource(source, (4, 4)).Document!);
        var shape = new ExpertLayerShape(Width: 32, Hidden: 48, TopK: 2, Tokens: 32)
        {
            Format = low ? OperandFormat.BFloat16 : OperandFormat.Float32,
            ElementBytes = low ? 2 : 4,
            WeightBytes = low ? 2 : 4,
        };
        var layer = new ExpertLayerEstimator(plan.Machine(), new(4, 4), new(8, 4, 2), shape, RowExchange.Variable, order == "Invariant" ? SplitOrder.Contiguous : null);
        Check((placement == "Static" ? layer.Program : layer.ReplicatedProgram).Ops, plan);
    }

    private static void Check(IReadOnlyList<TimedOp> expected, PlanDocument plan)
    {
        string[] outside = ["Permute", "Combine", "CombineGradient", "PermuteGradient"], nothing = ["ReplicaGradients", "CloseFrame"];
        var compiled = plan.Program.Ops.Where(op => op.Phase != StepPhase.Update && (op.Site == 0 || outside.Any(name => op.Name.EndsWith($"= {name}", StringComparison.Ordinal)))
            && !nothing.Any(name => op.Name.EndsWith(name, StringComparison.Ordinal))).ToList();

        Assert.Equal(expected.Select(op => op.Phase), compiled.Select(op => op.Phase));
        foreach (var (ours, theirs) in expected.Zip(compiled))
        {
            Assert.Equal(theirs.Work.Products, ours.Work.Products);
            Assert.Equal(theirs.Work with { Products = [] }, ours.Work with { Products = [] });
            Assert.Equal(theirs.Collective, ours.Collective);
            Assert.Equal(theirs.Chunk, ours.Chunk);
        }
        // Both wait for the same statements.
        Assert.Equal(Sources(expected), Sources(compiled));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 4)]
    [InlineData(4, 2)]
    public void Parts_ThatTheNumberIsChosenBy_HaveTheCompiledStatements(int expert, int chunks)
    {
        string source = CompiledPlan.Source("Sample").Replace("[Experts]", $"[Experts(Chunks = {chunks})]", StringComparison.Ordinal);
        var plan = PlanReader.Read(CompiledPlan.OfSource(source, (4, expert)).Document!);
        var shape = new ExpertLayerShape(Width: 32, Hidden: 48, TopK: 2, Tokens: 32) { Format = OperandFormat.Float32, ElementBytes = 4 };

        Check(ChunkChoice.Program(shape, 8, RowExchange.Variable, chunks).Ops, plan);
    }

    /// <summary>For every statement, the statements of its pass that last wrote what it reads.</summary>
    private static IEnumerable<string> Sources(IReadOnlyList<TimedOp> ops)
    {
        for (int i = 0; i < ops.Count; i++)
        {
            var before = ops.Take(i).ToList();
            var sources = ops[i].Reads.Select(slot => before.FindLastIndex(op => op.Phase == ops[i].Phase && op.Writes.Contains(slot))).Where(source => source >= 0);
            yield return $"{i}: {string.Join(" ", sources.Distinct().Order())}";
        }
    }
}
