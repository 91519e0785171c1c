using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Passes;

/// <summary>Times a step on the target at even load: once for each way in which the mesh's axes may lie on its links, of which the faster is kept.</summary>
public static class EstimateCost
{
    public static (TimedStep Step, StepEstimate Estimate) Run(ModelPlan plan, Machine machine, bool? expertInnermost)
    {
        var step = TimedStepBuilder.Build(plan);
        var mesh = plan.Mesh;
        var walks = Placements(mesh, expertInnermost).Select(placement => new ProgramCosts(step.Program, machine, placement)).Select(costs => (Costs: costs, Clock: ProgramWalk.Balanced(costs))).ToList();
        var best = walks.OrderBy(w => w.Clock.Now).First();
        long tokens = (long)plan.Batch * plan.Inputs[0].Shape.Skip(1).Aggregate(1, (p, s) => p * s) * plan.MicroBatches;
        return (step, new(best.Costs, OpEstimate.All(best.Costs), best.Clock, new(best.Costs, [best.Clock], tokens), walks.Where(w => w != best).Select(w => (long?)w.Clock.Now).FirstOrDefault()));
    }

    /// <summary>Where one of the expert mesh's axes has length 1, both placements are the same.</summary>
    public static IEnumerable<MeshPlacement> Placements(DeviceMesh mesh, bool? expertInnermost) => expertInnermost is { } asked ? [new(mesh.Data, mesh.Expert, asked)]
        : mesh.Expert == 1 || mesh.ExpertData == 1 ? [new(mesh.Data, mesh.Expert)]
        : [new(mesh.Data, mesh.Expert), new(mesh.Data, mesh.Expert, ExpertInnermost: false)];
}
