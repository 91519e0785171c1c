using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Link;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes.Check;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Passes;

/// <summary>A program before its storage is planned.</summary>
public sealed record BuiltProgram(
    ProgramKind Kind, Region Root, IReadOnlyList<ParameterDeclaration> Parameters, IReadOnlyList<ExpertSite> Sites, IReadOnlyList<InputDeclaration> Inputs, Value Result, IReadOnlyDictionary<ParameterDeclaration, string?> GradientGroups);

/// <summary>The passes in order, for one program of a model.</summary>
public static class BuildProgram
{
    public static BuiltProgram? Run(LinkedModel linked, ProgramKind kind, DeviceMesh mesh, IReadOnlyList<InputDeclaration> inputs, int microBatches, ShapeReport report)
    {
        var root = new Region(null);
        var machine = linked.Options.Machine();
        var placement = new MeshPlacement(mesh.Data, mesh.Expert, linked.Options.ExpertInnermost ?? true);
        var peers = placement.Shape(machine, CollectiveGroup.ExpertPeers);
        var instantiator = new Instantiator(linked, microBatches, AllToAllLegality.Choose(machine, peers));
        var model = instantiator.Model();
        var graph = new GraphBuilder(root, mesh, instantiator.Sites) { IsTraining = kind == ProgramKind.Train };
        foreach (var site in instantiator.Sites.Where(s => s.Experts % mesh.Expert != 0))
            MeshMistakes.Experts(linked, site, instantiator.SiteSources[site.Index], mesh, report);

        var method = linked.Model.Methods.First(m => m.Name == (kind == ProgramKind.Infer ? "Forward" : "Loss") && !m.IsStatic);
        var result = CallModel(model, method, graph, inputs);
        InferShapes.Run(root, report);
        if (report.Diagnostics.Count == 0)
            CheckResult(kind, root, result, report);
        if (report.Diagnostics.Count > 0)
            return null;

        FuseGates.Run(root);
        var groups = new Dictionary<ParameterDeclaration, string?>();
        if (kind == ProgramKind.Infer)
            graph.Node(new WriteOutput(), result.Source, [result]);
        else
            graph.Node(new ReportLoss(), result.Source, [result]);
        if (kind == ProgramKind.Train)
        {
            foreach (var (site, statistics, counts, logits, _) in graph.Routed.Where(r => r.Site.HasAuxiliaryLoss))
                graph.Node(new ReportAuxiliary(site, (int)(logits.Type.Elements / logits.Type.Last)), result.Source, [statistics, counts]);
            foreach (var (site, _, _, _, quantiles) in graph.Routed.Where(r => r.Quantiles is not null))
                graph.Node(new ReportQuantiles(site), result.Source, [quantiles!]);
            MarkGradients.Run(root);
            if (!Require(result.RequiresGradient, report, result, "Loss does not depend on any trainable parameter; there is nothing to train"))
                return null;
            root.Nodes.Add(new Node(new BeginBackward(), [], result.Source));
            Differentiate.Run(root, root, result, 1.0 / microBatches, report);
        }
        RemoveUnused.Run(root);
        PropagateShards.Run(root, mesh);
        if (kind == ProgramKind.Train)
            groups = CollectGradients.Run(root, mesh);
        InsertCollectives.Run(root, mesh);
        FuseEpilogues.Run(root);
        RecomputeActivations.Run(root);
        GroupExperts.Run(root);
        SendRowsFirst.Run(root);
        AssignFormats.Run(root);
        var built = new BuiltProgram(kind, root, instantiator.Parameters, instantiator.Sites, inputs, result, groups);
        foreach (var violation in CheckShards.Run(built, mesh, microBatches))
            report.Error(Rules.InternalError, violation.Source, $"the {kind} program: {violation}");
        ChunkExperts.Run(root, machine, placement);
        PlaceReplicas.Run(root, mesh, machine, peers);
        SendOnce.Run(root, mesh);
        return built;
    }

    /// <summary>A loss is a scalar with one sum of weights; what Forward returns belongs to the ranks' own sequences.</summary>
    static void CheckResult(ProgramKind kind, Region root, Value result, ShapeReport report)
    {
        bool isScalar = result.Type.Rank == 0 || result.Type.Elements == 1 && result.Type.Rows == RowKind.None;
        if (kind != ProgramKind.Infer && !Require(isScalar, report, result, $"Loss returns a tensor {result.Type}; need a scalar, such as Nn.CrossEntropy or Nn.Mean gives"))
            return;
        if (kind == ProgramKind.Infer && result.Type.Rows != RowKind.Sequence)
            report.Error(Rules.ShapeMismatch, result.Source,
                $"Forward returns {result.Type}, which has no token rows; every rank answers for its own sequences: return a tensor whose dimension 0 counts them, and compute scalars in Loss");
        var weights = root.Walk().Where(n => n.Op is CrossEntropy && n.Inputs.Count > 2).GroupBy(n => n.Input(2).Input).Select(g => g.First()).ToList();
        if (weights.Count > 1)
            report.Error(Rules.ShapeMismatch, weights[1].Source,
                $"Nn.CrossEntropy with weights '{weights[1].Input(2).Name}' beside one with '{weights[0].Input(2).Name}'; a step counts one sum of weights: "
                + "use the same weights in both, or multiply one of the losses' rows");
    }

    static Value CallModel(ModuleInstance model, Method method, GraphBuilder graph, IReadOnlyList<InputDeclaration> inputs)
    {
        var arguments = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var parameter in method.Parameters)
            if (inputs.FirstOrDefault(i => i.Name == parameter.Name) is { } input)
                arguments[parameter.Name] = new Value(parameter.Name, new(model.Graph.Type, -1, -1))
                {
                    Input = input,
                    Type = new(input.Element, input.Shape, input.IsSharded ? RowKind.Sequence : RowKind.None),
                    Sharding = input.IsSharded ? Sharding.Batch : Sharding.Replicated,
                };
        return new Interpreter(model, graph).Call(method, arguments) as Value
            ?? throw new UserErrorException(new(Rules.MissingInput, model.Graph.Type, -1, $"{method.Name} must return one tensor"));
    }

    static bool Require(bool condition, ShapeReport report, Value value, string message)
    {
        if (!condition)
            report.Error(Rules.NoGradient, value.Source, message);
        return condition;
    }
}
