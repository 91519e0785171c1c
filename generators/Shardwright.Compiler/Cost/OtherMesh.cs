using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>
/// The training step of a compiled plan with its experts split over another number of the same ranks: to the picosecond the step that the compiler would time if it compiled for that mesh. Only reductions and the lowering of exchanges
/// depend on the split. Sums over tokens stay with all ranks; an expert's are over its replicas, which are all ranks when every rank has every expert, and none when every expert is on one rank.
/// </summary>
public static class OtherMesh
{
    /// <summary>The step.</summary>
    /// <param name="linked">The model.</param>
    /// <param name="plan">Its plan, for two ranks or more.</param>
    /// <param name="expert">Ranks over which the experts are split; divides the ranks and the experts of every group.</param>
    public static TimedProgram Step(LinkedModel linked, ModelPlan plan, int expert)
    {
        var mesh = plan.Mesh with { Expert = expert };
        var train = plan.Program(ProgramKind.Train).Root;
        var direct = new HashSet<ParameterDeclaration>(train.Walk().Where(n => n.GradientOf is not null && IsSumOverRows(n)).Select(n => n.GradientOf!));
        string? replicas = mesh.ExpertData == 1 ? null : expert == 1 ? nameof(CollectiveGroup.World) : nameof(CollectiveGroup.ExpertReplicas);
        var blocks = plan.Blocks.Select(b => b.Parameter.Experts > 0 && direct.Contains(b.Parameter) ? b with { Group = replicas } : b).ToList();
        var groups = new[] { nameof(CollectiveGroup.World), nameof(CollectiveGroup.ExpertReplicas) }.Where(g => blocks.Any(b => b.IsTrained && b.Group == g));
        var machine = plan.Estimate!.Machine;
        var placement = new MeshPlacement(mesh.Data, expert, linked.Options.ExpertInnermost ?? true);
        string lowering = AllToAllLegality.Choose(machine, placement.Shape(machine, CollectiveGroup.ExpertPeers)).ToString();
        var chunks = train.Walk().Select(n => n.Op).OfType<ExpertLoop>().Where(loop => loop.Grouped).GroupBy(loop => loop.Site.Index)
            .ToDictionary(site => site.Key, site => ChunkExperts.Number(site.First().Site, train, machine, placement, site.First().Site.IsDispatchAutomatic ? lowering : site.First().Site.Dispatch));
        var step = TimedStepBuilder.Build(plan with { Mesh = mesh, Blocks = blocks, Reductions = [.. groups.Select(g => new GradientRange(g, 0, 0))] }, chunks);
        var rewrite = new Rewrite(step, mesh, lowering, train);
        return new(rewrite.Region(step.Program.Nodes), step.Program.Sites, step.Program.Slots);
    }

    /// <summary>Whether a statement adds up token rows, so that it has a part of the sum on every rank that holds some of them.</summary>
    static bool IsSumOverRows(Node node) => node.Body is null && node.Outputs.Count > 0 && node.Output.Type.Rows == RowKind.None && node.Inputs.Any(v => v.Type.Rows != RowKind.None);

    /// <summary>Exchanges, and sums of one expert that are read before the backward pass ends, as another mesh has them; statements get new numbers.</summary>
    sealed class Rewrite(TimedStep step, DeviceMesh mesh, string lowering, Region train)
    {
        readonly CostRule cost = new(mesh);
        readonly IReadOnlyDictionary<int, Node> nodes = step.Statements;
        readonly HashSet<Value> read = [.. train.Walk().Where(n => n.Op is not AllReduce).SelectMany(n => n.Reads)];
        int next;

        public List<TimedNode> Region(IReadOnlyList<TimedNode> region)
        {
            var result = new List<TimedNode>();
            foreach (var item in region)
                if (item is TimedLoop loop)
                    result.Add(loop with { Body = Region(loop.Body) });
                else
                    foreach (var op in Statement((TimedOp)item))
                        result.Add(op with { Index = next++ });
            return result;
        }

        IEnumerable<TimedOp> Statement(TimedOp op)
        {
            if (!nodes.TryGetValue(op.Index, out var node))
                yield return op;
            else if (node.Op is AllReduce && IsOfAnExpert(node.Input(0)))
            {
                if (mesh.ExpertData > 1)
                    yield return op with { Collective = op.Collective! with { Group = CollectiveGroup.ExpertReplicas } };
            }
            else
            {
                yield return node.Op switch
                {
                    Dispatch { Site.IsDispatchAutomatic: true } d => op with { Collective = Dispatch.Rows(d.Site with { Dispatch = lowering }, node.Output, toExperts: true) },
                    Return { Site.IsDispatchAutomatic: true } r => op with { Collective = Dispatch.Rows(r.Site with { Dispatch = lowering }, node.Output, toExperts: false) },
                    _ => op,
                };
                // A sum of one expert that something reads here; where the compiled mesh has replicas, its reduction is a statement already.
                if (mesh.ExpertData > 1 && IsSumOverRows(node) && IsOfAnExpert(node.Output) && read.Contains(node.Output))
                    yield return new("sum") { Phase = op.Phase, Site = op.Site, Collective = new(CollectiveKind.AllReduce, CollectiveGroup.ExpertReplicas, cost.Bytes(node.Output)), Reads = [op.Writes[0]], Writes = [op.Writes[0]] };
            }
        }

        static bool IsOfAnExpert(Value value) => value.Type.Rows == RowKind.None && value.Region?.Owner?.Op is ExpertLoop;
    }
}
