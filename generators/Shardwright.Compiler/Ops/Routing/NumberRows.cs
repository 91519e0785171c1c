using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>Numbers the rows in which tokens travel, one for each rank that has some of a token's experts; of its operands, slots, counts and, backward, gates, the last travel with the numbers.</summary>
public sealed record NumberRows(ExpertSite Site) : Op
{
    /// <summary>The exchange of rows that it opens, where no statement before has.</summary>
    public Dispatch? Opens { get; init; }

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([(int)node.Input(0).Type.Elements, node.Inputs.Count - 1]), RowKind.Sequence);

    public override OpWork Cost(Node node, CostRule cost) => new()
    {
        GpSimdElements = cost.Elements(node.Input(0)),
        ReadBytes = cost.Bytes(node.Input(0)) * (node.Inputs.Count - 1),
        WriteBytes = cost.Bytes(node.Output),
    };

    public override void Print(Node node, StatementPrinter print)
    {
        Opens?.Open(node.Input(1), print);
        print.Statement($"{print.Exchange(Site)}.Number({print.Of(node.Input(0))}, {print.Of(node.Output)}{(node.Inputs.Count > 2 ? ", gates: " + print.Of(node.Input(2)) : "")});");
    }
}
