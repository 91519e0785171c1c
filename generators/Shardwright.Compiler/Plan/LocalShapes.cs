using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Plan;

/// <summary>What of a tensor one rank holds.</summary>
public static class LocalShapes
{
    /// <summary>The local shape; routed rows count as 1, so that sizes are those of one row.</summary>
    public static IReadOnlyList<int> Of(Value value, DeviceMesh mesh)
    {
        int[] shape = [.. value.Type.Shape];
        if (value.Type.Rows == RowKind.Routed)
            shape[0] = 1;
        else
            for (int atom = 0; atom < DeviceMesh.Atoms; atom++)
                if (value.Sharding[atom] is { Layout: Layout.Sharded, Dimension: >= 0 and var dimension })
                    shape[dimension] /= mesh.Size(atom);
        return shape;
    }

    public static long Elements(Value value, DeviceMesh mesh) => Of(value, mesh).Aggregate(1L, (product, size) => product * size);
}
