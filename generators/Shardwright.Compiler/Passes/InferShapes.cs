using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>Gives every value its type, in program order; a loop's carried values must come back with the type they went in with.</summary>
public static class InferShapes
{
    public static void Run(Region region, ShapeReport report)
    {
        foreach (var node in region.Nodes)
        {
            if (node.Body is not null)
                InferLoop(node, report);
            else if (node.Reads.Any(v => v.IsUnknown))
                node.Outputs.ForEach(v => v.IsUnknown = true);
            else if (!node.Op.IsRowWise && node.Inputs.FirstOrDefault(v => v.Type.Rows == RowKind.Routed) is { } routed)
            {
                report.Error(Rules.NotRowWise, node.Source,
                    $"{node.Op.Name} on '{routed.Name}' mixes rows inside an expert; an expert sees whichever tokens routing sends it, so its Forward must treat every row alone; move {node.Op.Name} outside the expert");
                node.Outputs.ForEach(v => v.IsUnknown = true);
            }
            else
            {
                node.Op.InferShapes(node, report);
                if (node.Outputs.FirstOrDefault(v => !v.IsUnknown && !Limits.Holds(v.Type.Shape)) is { } large)
                    report.Mismatch(node, $"{node.Op.Name} gives '{large.Name}' {large.Type}, which has more than {Limits.Elements} elements or a size beyond 32 bits; use smaller sizes");
            }
        }
    }

    static void InferLoop(Node loop, ShapeReport report)
    {
        if (loop.Op is Loop { List: var list } && IsInsideLoopOver(list, loop.Body!.Parent))
            report.Error(Rules.UnknownName, loop.Source, $"foreach over '{list.Path}' runs inside another foreach over the same list; one program cannot tell the two modules apart: write one loop after the other");
        foreach (var carried in loop.Carried)
        {
            carried.Start.Type = carried.Initial.Type;
            carried.Start.IsUnknown = carried.Initial.IsUnknown;
        }
        Run(loop.Body!, report);
        foreach (var carried in loop.Carried)
        {
            carried.Result.Type = carried.Initial.Type;
            carried.Result.IsUnknown = carried.Start.IsUnknown || carried.End.IsUnknown;
            if (!carried.Result.IsUnknown && carried.End.Type != carried.Start.Type)
            {
                report.Error(Rules.CarriedShape, carried.End.Source,
                    $"foreach: '{carried.Start.Name}' is {carried.Start.Type} at the start of an iteration but {carried.End.Type} at its end; every iteration runs the same program, so the shape must stay the same");
                carried.Result.IsUnknown = true;
            }
        }
    }

    static bool IsInsideLoopOver(RepeatedList list, Region? region) => region is not null && (region.Owner?.Op is Loop outer && outer.List == list || IsInsideLoopOver(list, region.Parent));
}
