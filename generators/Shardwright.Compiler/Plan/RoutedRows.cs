using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Plan;

/// <summary>How many rows reach a rank's experts.</summary>
public static class RoutedRows
{
    /// <summary>Rows are allotted in blocks of 16, so that every row-scaled offset stays aligned to 64 bytes.</summary>
    public static long Round(long rows) => PlanFrame.Allotted(rows);

    /// <summary>Copies that all experts together take of a rank's tokens, where their capacity is below an even share of the copies; else null.</summary>
    public static long? Most(Node route, DeviceMesh mesh)
    {
        var (site, logits) = (((Route)route.Op).Site, route.Input(0).Type);
        if (site.Router.CapacityFactor == 0)
            return null;
        // Capacities are those of a sequence, and dimension 0 counts these.
        int tokens = (int)(logits.Elements / logits.Last / logits.Shape[0]);
        long taken = (long)site.Experts * site.Capacity(tokens);
        return taken < (long)tokens * site.TopK ? taken * logits.Shape[0] / mesh.Data : null;
    }

    /// <summary>Tokens · k copies, or what experts take of them, spread evenly over all ranks; none for a group that this program does not run.</summary>
    public static long Balanced(BuiltProgram built, ExpertSite site, DeviceMesh mesh)
    {
        var dispatch = built.Root.Walk().FirstOrDefault(n => n.Op is Dispatch { Backward: false } d && d.Site.Index == site.Index);
        return dispatch is null ? 0 : Most(built.Root.Walk().First(n => n.Op is Route r && r.Site.Index == site.Index), mesh) ?? dispatch.Output.Type.Shape[0] / mesh.Data;
    }
}
