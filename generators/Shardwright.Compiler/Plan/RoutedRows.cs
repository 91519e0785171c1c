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

    /// <summary>Tokens · k copies, spread evenly over all ranks; none for a group that this program does not run.</summary>
    public static long Balanced(BuiltProgram built, ExpertSite site, DeviceMesh mesh)
    {
        var dispatch = built.Root.Walk().FirstOrDefault(n => n.Op is Dispatch { Backward: false } d && d.Site.Index == site.Index);
        return dispatch is null ? 0 : dispatch.Output.Type.Shape[0] / mesh.Data;
    }
}
