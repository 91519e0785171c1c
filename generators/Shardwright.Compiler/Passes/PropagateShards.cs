using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Passes;

/// <summary>Gives every value its state an atom of the meshes, forwards through the program. No op has a case here: rows carry their sharding along, a sum over sharded rows is partial.</summary>
public static class PropagateShards
{
    public static void Run(Region region, DeviceMesh mesh, bool insideExpert = false)
    {
        foreach (var node in region.Nodes)
        {
            foreach (var carried in node.Carried)
                carried.Start.Sharding = carried.Result.Sharding = carried.Initial.Sharding;
            if (node.Body is not null)
                Run(node.Body, mesh, insideExpert || node.Op is Ops.ExpertLoop);
            else
                for (int i = 0; i < node.Outputs.Count; i++)
                    node.Outputs[i].Sharding = node.Op.Place(node, i) ?? General(node, node.Outputs[i], mesh, insideExpert);
        }
    }

    static Sharding General(Node node, Value output, DeviceMesh mesh, bool insideExpert)
    {
        if (output.Type.Rows != RowKind.None)
            return output.Type.Rows == RowKind.Routed ? Sharding.RoutedRows : Sharding.Batch;
        var rows = node.Inputs.FirstOrDefault(v => v.Type.Rows != RowKind.None);
        if (rows is null)
            return insideExpert ? Sharding.Experts : Sharding.Replicated;
        var summed = Sharding.Replicated;
        for (int atom = 0; atom < DeviceMesh.Atoms; atom++)
            summed = summed.With(atom, rows.Sharding[atom].Layout switch
            {
                Layout.Sharded when mesh.Size(atom) > 1 => AtomState.Partial,
                Layout.Routed => AtomState.Sharded(-1),
                _ => AtomState.Replicated,
            });
        return summed;
    }
}
