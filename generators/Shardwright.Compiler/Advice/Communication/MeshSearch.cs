using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>A mesh of as many ranks as the model has: what a step of it takes, in the faster of the placements that the model may take, and what a rank needs.</summary>
/// <param name="Placement">The mesh and how it lies on the machine.</param>
/// <param name="Picoseconds">Time of a step at even load.</param>
/// <param name="PeakBytes">Peak of a rank's memory, by <see cref="ScaleMemory"/>.</param>
/// <param name="Fits">Whether a rank has that much.</param>
public sealed record MeshCandidate(MeshPlacement Placement, long Picoseconds, long PeakBytes, bool Fits)
{
    public int Data => Placement.Data;

    public int Expert => Placement.Expert;

    /// <summary>Where the ranks lie that hold the experts together.</summary>
    public GroupShape Peers(Machine machine) => Placement.Shape(machine, CollectiveGroup.ExpertPeers);

    public override string ToString() => $"Mesh({MeshFix.Arguments(Data, Expert)})";
}

/// <summary>A faster mesh, planned in full.</summary>
/// <param name="Mesh">The mesh.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Saved">What the step gets shorter by, picoseconds.</param>
public sealed record BetterMesh(MeshCandidate Mesh, ModelPlan Plan, long Saved);

/// <summary>
/// All legal meshes of the same number of ranks. <c>Expert</c> divides the ranks and the experts of every group; nothing is compiled: the compiled statements are timed again with the reductions of each mesh (<see cref="OtherMesh"/>),
/// which gives the time that a compilation for it would plan.
/// </summary>
public static class MeshSearch
{
    /// <summary>The meshes, fastest first, of equally fast ones the smaller Expert; the model's own is among them.</summary>
    public static IReadOnlyList<MeshCandidate> Run(LinkedModel linked, ModelPlan plan)
    {
        var machine = plan.Estimate!.Machine;
        int most = plan.Sites.Count == 0 ? plan.Mesh.Expert : MeshChoice.Largest(plan.Step!.Program, plan.Mesh.Data);
        var degrees = Enumerable.Range(1, most).Where(expert => most % expert == 0);
        var document = DocumentOf.Plan(linked, plan);
        return [.. (plan.Sites.Count == 0 ? [plan.Mesh.Expert] : degrees).Select(Candidate).OrderBy(c => c.Picoseconds).ThenBy(c => c.Expert)];

        MeshCandidate Candidate(int expert)
        {
            var (placement, time) = expert == plan.Mesh.Expert ? (plan.Estimate.Costs.Placement, plan.Estimate.Clock.Now) : Fastest(OtherMesh.Step(linked, plan, expert), expert);
            long bytes = ScaleMemory.Of(document, placement).Peak;
            return new(placement, time, bytes, bytes <= machine.Rank.HbmBytes);
        }

        (MeshPlacement, long) Fastest(TimedProgram step, int expert) => EstimateCost.Placements(plan.Mesh with { Expert = expert }, linked.Options.ExpertInnermost)
            .Select(placement => (placement, ProgramWalk.Balanced(new ProgramCosts(step, machine, placement)).Now)).OrderBy(walk => walk.Now).First();
    }
}
