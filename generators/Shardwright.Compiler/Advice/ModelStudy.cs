using Shardwright.Compiler.Advice.Communication;
using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice;

/// <summary>What a rule may ask about a compiled model: its plan, its cost on the target, and what another plan would cost. Computed once and shared by all rules.</summary>
public sealed class ModelStudy
{
    readonly Dictionary<LinkedModel, ModelPlan?> others = [];
    readonly Lazy<IReadOnlyList<Statement>> all, statements;
    readonly Lazy<IReadOnlyList<MeshCandidate>> meshes;

    public ModelStudy(CompiledModel compiled)
    {
        (Linked, Plan) = (compiled.Linked, compiled.Plan!);
        all = new(() => [.. Plan.Step!.Statements.OrderBy(pair => pair.Key).Select(pair => new Statement(pair.Value, Estimate.Ops[pair.Key]))]);
        statements = new(() => [.. all.Value.Where(statement => Plan.Step!.Index[statement.Node] == statement.Index)]);
        meshes = new(() => MeshSearch.Run(Linked, Plan));
    }

    public LinkedModel Linked { get; }

    public ModelPlan Plan { get; }

    public StepEstimate Estimate => Plan.Estimate!;

    public Machine Machine => Estimate.Machine;

    public PlannedProgram Train => Plan.Program(ProgramKind.Train);

    /// <summary>Time of a step at even load, picoseconds.</summary>
    public long Step => Estimate.Summary.Picoseconds;

    /// <summary>Peak of a rank's device memory at even load.</summary>
    public long PeakBytes => Plan.PeakBytes;

    /// <summary>The statements of the training program in the order of execution, each with its cost. Reductions of gradients and the update are not among them: they have no node.</summary>
    public IReadOnlyList<Statement> Statements => statements.Value;

    /// <summary>The same, and where experts run in parts, what <see cref="Statements"/> has for the first part again for each of the others.</summary>
    public IReadOnlyList<Statement> OfAllParts => all.Value;

    /// <summary>All legal meshes of as many ranks, the fastest first; <see cref="MeshSearch"/>.</summary>
    public IReadOnlyList<MeshCandidate> Meshes => meshes.Value;

    /// <summary>A threshold of a rule: the user's, or its default.</summary>
    public double Option(RuleInfo rule, string name) => Linked.Thresholds.Of(rule, name);

    /// <summary>Whether a build property overrides <c>[Mesh]</c>, so that editing the attribute would change nothing.</summary>
    public bool IsMeshOverridden => Linked.Options.OverridesMesh;

    /// <summary>The <c>[Mesh]</c> attribute, or the class of a model without one.</summary>
    public Cause Mesh => new(Linked.Type, Linked.Model.Options!.MeshSite);

    /// <summary>The model's class.</summary>
    public Cause Model => new(Linked.Type, -1);

    /// <summary>Where a parameter is declared.</summary>
    public static Cause Of(ParameterDeclaration parameter) => new(parameter.Type, parameter.Site);

    /// <summary>Where a group of experts is declared.</summary>
    public Cause Of(ExpertSite site) => MemberPaths.Find(Linked, site.Path) is { } found ? new(found.Owner.Type, found.Member.Site) : Model;

    /// <summary>The plan of a changed model, compiled in full; null when it has errors. Equal changes are compiled once.</summary>
    public ModelPlan? With(Func<LinkedModel, LinkedModel> change)
    {
        var changed = change(Linked);
        if (!others.TryGetValue(changed, out var plan))
            others.Add(changed, plan = ModelCompiler.Compile(changed).Plan);
        return plan;
    }

    /// <summary>The model with another <c>[Mesh]</c>, whatever the build property says.</summary>
    public static LinkedModel WithMesh(LinkedModel linked, int data, int expert) =>
        WithModel(linked with { Options = linked.Options with { Data = null, Expert = null } }, model => model with { Options = model.Options! with { Data = data, Expert = expert } });

    /// <summary>The model with its class changed.</summary>
    public static LinkedModel WithModel(LinkedModel linked, Func<ModuleGraph, ModuleGraph> change) => WithModule(linked, linked.Type, change);

    /// <summary>The model with one of its classes changed.</summary>
    public static LinkedModel WithModule(LinkedModel linked, string type, Func<ModuleGraph, ModuleGraph> change)
        => linked with { Modules = linked.Modules.Select(m => m.Type == type ? change(m) : m).ToEquatable() };

    /// <summary>The fastest of the other meshes that fits, planned in full; null when none saves <paramref name="leastPercent"/> of the step.</summary>
    public BetterMesh? FasterMesh(double leastPercent, Func<MeshCandidate, bool>? where = null)
    {
        foreach (var mesh in Meshes.Where(m => m.Fits && m.Expert != Plan.Mesh.Expert && where?.Invoke(m) != false).TakeWhile(m => Step - m.Picoseconds > 0 && Step - m.Picoseconds >= Step * leastPercent / 100))
            if (With(linked => WithMesh(linked, mesh.Data, mesh.Expert)) is { } plan && plan.PeakBytes <= Machine.Rank.HbmBytes)
                return new(mesh, plan, Step - plan.Estimate!.Summary.Picoseconds);
        return null;
    }

    /// <summary>Time of a changed step on the same machine and mesh, in the faster of the placements that the model may take, picoseconds.</summary>
    public long Retime(TimedProgram program)
    {
        var placements = Linked.Options.ExpertInnermost is null ? MeshChoice.Placements(Estimate.Costs.Placement) : [Estimate.Costs.Placement];
        return placements.Min(placement => ProgramWalk.Balanced(new ProgramCosts(program, Machine, placement)).Now);
    }

    /// <summary>Time of the step when some statements are others, picoseconds.</summary>
    public long Retime(Func<TimedOp, TimedOp> change) => Retime(Changed(change));

    /// <summary>Time that the step would be shorter by if some statements took none, with everything else where it is: what they add to it, picoseconds.</summary>
    public long TimeAdded(Func<TimedOp, bool> which) =>
        Step - ProgramWalk.Balanced(new ProgramCosts(Changed(op => which(op) ? op with { Work = OpWork.None, Collective = null } : op), Machine, Estimate.Costs.Placement)).Now;

    TimedProgram Changed(Func<TimedOp, TimedOp> change)
    {
        var program = Plan.Step!.Program;
        return new([.. program.Nodes.Select(Changed)], program.Sites, program.Slots);

        TimedNode Changed(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Changed)] } : change((TimedOp)node);
    }

    /// <summary>The end of a message on time: <c>saves 1.20 ms of 5.00 ms a step (24 %) on trn2.48xlarge (uncalibrated)</c>.</summary>
    public string Saves(long picoseconds) => $"saves {AdviceText.Duration(picoseconds)} of {AdviceText.Duration(Step)} a step ({AdviceText.Percent((double)picoseconds / Math.Max(1, Step))}) on {Target}";

    /// <summary>The target, with a word where nothing measured stands behind it.</summary>
    public string Target => Machine.Name + (Machine.IsCalibrated ? "" : " (uncalibrated)");
}

/// <summary>A statement with its cost at even load.</summary>
public sealed record Statement(Node Node, OpEstimate Cost)
{
    /// <summary>Its number in the step.</summary>
    public int Index => Cost.Op.Index;

    /// <summary>Time over all its runs in a step, were it alone, picoseconds.</summary>
    public long Picoseconds => Cost.Picoseconds * Cost.Runs;

    /// <summary>The span that causes it.</summary>
    public Cause At => Cause.Of(Node.Source);
}
