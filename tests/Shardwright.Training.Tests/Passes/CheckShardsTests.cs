using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes.Check;
using Shardwright.Compiler.Plan;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.OddModels;

namespace Shardwright.Training.Tests.Passes;

/// <summary>
/// The mutation proof of the checking pass. Programs as the generator makes them pass, or no other test could compile its model; each mistake of some kinds, put into them one at a time, is refused with a message that names the value or parameter: a reduction deleted, done twice, or
/// over another group; a gradient block moved to another range, a range dropped or repeated; a denominator or a factor of the backward pass doubled or halved; a contribution to a parameter's gradient deleted or repeated; a value noted
/// as whole of which a rank holds a part. That shows that such mistakes of the passes cannot reach emitted code. It does not show that the adjoint of an op is the right formula, nor that a statement is printed as the graph says:
/// finite differences, PyTorch and the bits of other meshes do.
/// </summary>
public sealed class CheckShardsTests(ITestOutputHelper output)
{
    public static TheoryData<string, int, int> Cases =>
        [.. from model in (string[])["Sample", "GroupedQuery", "TwoSizes"] from mesh in ((int, int)[])[(2, 1), (2, 2), (4, 2), (8, 2), (8, 8)] select new TheoryDataRow<string, int, int>(model, mesh.Item1, mesh.Item2)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Program_WithAnyOneMistake_IsRefusedByName(string model, int data, int expert)
    {
        var mesh = new DeviceMesh(data, expert);
        var program = CapturedModel.Build(CapturedModel.Link(TestResource.ModelSource(model), (data, expert)), mesh: mesh);
        int microBatches = program.Sites[0].MicroBatches;
        var mutants = new ProgramMutants(program, mesh);
        Assert.Empty(CheckShards.Run(program, mesh, microBatches));

        var missed = Rejected(mutants.All(), () => CheckShards.Run(program, mesh, microBatches), out var kinds);

        Assert.Empty(missed);
        Assert.Empty(CheckShards.Run(program, mesh, microBatches));
        Assert.True(kinds.Values.Sum() >= 100, $"{kinds.Values.Sum()} mutants");
        output.WriteLine($"{model} on {data}×{expert}: {kinds.Values.Sum()} mutants refused ({string.Join(", ", kinds.Select(k => $"{k.Value} {k.Key}"))}); {mutants.Equivalent} that change nothing on this mesh left out");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_WithAnyOneWrongRange_IsRefusedByName(string model, int data, int expert)
    {
        var plan = CapturedModel.Plan(TestResource.ModelSource(model), (data, expert));
        var groups = plan.Blocks.ToDictionary(b => b.Parameter, b => b.Group);
        var mutated = plan;
        Assert.Empty(CheckReductions.Run(plan, groups));

        var missed = Rejected(Ranges(plan, p => mutated = p), () => CheckReductions.Run(mutated, groups), out var kinds);

        Assert.Empty(missed);
        output.WriteLine($"{model} on {data}×{expert}: {kinds.Values.Sum()} mutants refused ({string.Join(", ", kinds.Select(k => $"{k.Value} {k.Key}"))})");
    }

    /// <summary>Lists, nested lists, experts of one matrix, tied parameters, losses over losses, several groups: one rule a line.</summary>
    [Theory]
    [InlineData("return x * Experts.Forward(x, Nn.Softmax(Nn.MatMul(x, Router)));", OddModel.Group, "Nn.CrossEntropy(Nn.MatMul(y, Nn.Transpose(Table)), targets)")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(Nn.MatMul(x, Square)); return Nn.MatMul(x, Square);", OddModel.Layers + "public Parameter Square { get; } = new(Width, Width);", "Nn.CrossEntropy(Nn.MatMul(y, Head), targets) * Nn.Mean(y * y) - 2 * Nn.Sum(Head * Head)")]
    [InlineData("var m = Nn.Mean(x); return x - m + Nn.Sum(x * x) * 0.01f / (1 + m * m);", "", "1 - 1 / Nn.CrossEntropy(Nn.MatMul(y, Head), targets)")]
    public void OddProgram_WithAnyOneMistake_IsRefusedByName(string body, string members, string loss)
    {
        var mesh = new DeviceMesh(8, 2);
        var program = CapturedModel.Build(CapturedModel.Link(OddModel.Source(body, members, loss, microBatches: 3), (8, 2)), mesh: mesh);
        var mutants = new ProgramMutants(program, mesh);

        var missed = Rejected(mutants.All(), () => CheckShards.Run(program, mesh, 3), out var kinds);

        Assert.Empty(missed);
        output.WriteLine($"{kinds.Values.Sum()} mutants refused ({string.Join(", ", kinds.Select(k => $"{k.Value} {k.Key}"))}); {mutants.Equivalent} left out");
    }

    [Fact]
    public void RecomputedProgram_WithAnyOneMistake_IsRefusedByName()
    {
        var mesh = new DeviceMesh(4, 2);
        var linked = CapturedModel.Link(TestResource.ModelSource("TwoSizes"), (4, 2));
        foreach (var module in linked.Modules.Where(m => !m.IsModel))
            linked = linked.WithRecompute(module.Type);
        var program = CapturedModel.Build(linked, mesh: mesh);
        Assert.Contains(program.Root.Walk(), n => n.IsRecomputed);

        Assert.Empty(Rejected(new ProgramMutants(program, mesh).All(), () => CheckShards.Run(program, mesh, program.Sites[0].MicroBatches), out _));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(4, 4)]
    public void ExpertWithATiedMatrix_IsAcceptedOnAnyMesh(int data, int expert)
    {
        var plan = CapturedModel.Plan(OddModel.Source("return Tied.Forward(x, Nn.MatMul(x, Router));",
            "public Parameter Router { get; } = new(Width, 4); public ExpertGroup<Twice> Tied { get; } = new(4, 2, () => new(Width));",
            modules: "[Module] public sealed class Twice(int width) : IExpert { public Parameter W { get; } = new(width, width); public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Tanh(Nn.MatMul(x, W)), Nn.Transpose(W)); }"), (data, expert));

        Assert.Contains(plan.Blocks, b => b.Parameter.Experts > 0 && b.Group is null);
    }

    [Fact]
    public void Violation_OfADeletedReduction_SaysValueAtomGotAndNeed()
    {
        var mesh = new DeviceMesh(4, 2);
        var program = CapturedModel.Build(CapturedModel.Link(TestResource.ModelSource("GroupedQuery"), (4, 2)), mesh: mesh);
        var mutant = new ProgramMutants(program, mesh).All().First(m => m.Kind == "delete an all-reduce");
        mutant.Apply();

        string message = CheckShards.Run(program, mesh, program.Sites[0].MicroBatches)[0].ToString();

        Assert.Contains($"'{mutant.Names[1]}'", message, StringComparison.Ordinal);
        Assert.Contains("on the ExpertData atom got a partial sum", message, StringComparison.Ordinal);
        Assert.Contains("need", message, StringComparison.Ordinal);
    }

    /// <summary>Applies every mutant alone; returns those that were not refused by name.</summary>
    private static List<string> Rejected(IEnumerable<Mutant> mutants, Func<IReadOnlyList<ShardViolation>> check, out SortedDictionary<string, int> kinds)
    {
        var missed = new List<string>();
        kinds = new(StringComparer.Ordinal);
        foreach (var mutant in mutants)
        {
            mutant.Apply();
            var violations = check();
            if (!violations.Any(v => mutant.Names.Contains(v.Value)))
                missed.Add($"{mutant.Kind} of {string.Join(" or ", mutant.Names)}: {(violations.Count == 0 ? "accepted" : string.Join("; ", violations.Take(3)))}");
            mutant.Undo();
            kinds[mutant.Kind] = (kinds.TryGetValue(mutant.Kind, out int count) ? count : 0) + 1;
        }
        return missed;
    }

    /// <summary>Every range dropped, repeated, moved by a block or over another group; every block in the place of another range.</summary>
    private static IEnumerable<Mutant> Ranges(ModelPlan plan, Action<ModelPlan> use)
    {
        foreach (var range in plan.Reductions)
        {
            string[] paths = [.. plan.Blocks.Where(b => b.Group == range.Group).Select(b => b.Parameter.Path), $"gradients over {range.Group}"];
            yield return Make("drop a range", paths, plan with { Reductions = [.. plan.Reductions.Where(r => r != range)] });
            yield return Make("repeat a range", paths, plan with { Reductions = [.. plan.Reductions, range] });
            yield return Make("shorten a range", paths, plan with { Reductions = [.. plan.Reductions.Select(r => r == range ? r with { Bytes = r.Bytes - 64 } : r)] });
            yield return Make("move a range", paths, plan with { Reductions = [.. plan.Reductions.Select(r => r == range ? r with { Offset = r.Offset + 64 } : r)] });
            foreach (var block in plan.Blocks.Where(b => b.IsTrained && b.Group != range.Group))
                yield return Make("move a block into a range", [block.Parameter.Path], plan with { Blocks = [.. plan.Blocks.Select(b => b == block ? b with { MicroGradients = range.Offset } : b)] });
        }

        Mutant Make(string kind, string[] names, ModelPlan mutant) => new(kind, names, () => use(mutant), () => use(plan));
    }
}
