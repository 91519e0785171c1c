using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Plan;

/// <summary>
/// A parameter as the products read it: packed once after each update, in the orientations that the programs use, in one number format. Host scratch, not device memory.
/// </summary>
public sealed record PackedParameter(ParameterDeclaration Parameter, int Rows, int Columns, NumberFormat Format)
{
    /// <summary>The packed form that a product reads its right operand from; null when the operand is no parameter, or one that a step may change on its way.</summary>
    public static PackedParameter? Of(Node product, Value w) => w.Storage.Parameter is { IsState: false } parameter && product.GradientOf is null && w.Type.Rank == 2
        ? new(parameter, w.Type.Shape[0], w.Type.Shape[1], product.Precision.Format) : null;

    /// <summary>All that a model needs, in the order of its parameters.</summary>
    public static IReadOnlyList<PackedParameter> All(IEnumerable<PlannedProgram> programs) =>
        programs.SelectMany(p => p.Root.Walk()).Where(n => n.Op is MatMul).Select(n => Of(n, n.Input(1))).OfType<PackedParameter>().Distinct()
            .OrderBy(p => p.Parameter.Slot).ThenBy(p => p.Format).ThenBy(p => p.Rows).ToList();

    /// <summary>The field that holds the form of the replicas in a rank's slots: <c>replicasBlocksExpertsGate</c>.</summary>
    public static string ReplicasName(IReadOnlyList<PackedParameter> all, PackedParameter packed) => "replicas" + Name(all, packed).Substring("packed".Length);

    /// <summary>The field of the emitted program that holds it: <c>packedBlocksQuery</c>.</summary>
    public static string Name(IReadOnlyList<PackedParameter> all, PackedParameter packed)
    {
        var taken = new List<string>();
        foreach (var other in all)
        {
            string name = Naming.Unused("packed" + string.Concat(other.Parameter.Path.Replace("[*]", "").Split('.').Select(Naming.Pascal)), taken);
            if (other == packed)
                return Naming.Identifier(name);
            taken.Add(name);
        }
        throw new InvalidOperationException($"{packed.Parameter.Path} is not packed.");
    }
}
