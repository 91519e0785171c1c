using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Members;

/// <summary>
/// Reads and checks <c>[Shard]</c>. Today an input is split over Data along its dimension 0, and a parameter may say Tensor, which changes nothing yet; experts are split by their group and need no attribute.
/// </summary>
internal static class Shards
{
    /// <summary>The annotations of an input of <paramref name="rank"/> dimensions (0: it has no <c>[Shape]</c>).</summary>
    public static EquatableArray<Shard> OfInput(ModuleContext context, ISymbol input, int rank) => Read(context, input, rank, axis => axis switch
    {
        "Data" => null,
        _ => ($"{axis} does not split an input: the ranks of that axis see the same sequences", "remove it; [Shard(MeshAxis.Data, Dimension = 0)] is what splits an input"),
    });

    /// <summary>The annotations of a parameter of <paramref name="rank"/> dimensions.</summary>
    public static EquatableArray<Shard> OfParameter(ModuleContext context, ISymbol parameter, int rank) => Read(context, parameter, rank, axis => axis switch
    {
        "Tensor" => null,
        "Expert" => ("Expert splits the experts of a group, each whole, and not the dimensions of a parameter", "remove it; an ExpertGroup is split over Expert as [Mesh] says"),
        _ => ($"{axis} splits the sequences of inputs; every data rank holds the whole parameter", "remove it"),
    });

    static EquatableArray<Shard> Read(ModuleContext context, ISymbol symbol, int rank, Func<string, (string Why, string Fix)?> wrong)
    {
        var shards = new List<Shard>();
        foreach (var attribute in symbol.GetAttributes().Where(a => a.AttributeClass.Is("ShardAttribute") && a.ConstructorArguments.Length == 1 && a.ConstructorArguments[0].Kind == TypedConstantKind.Enum))
        {
            int dimension = Annotations.Named(attribute, "Dimension") is { Value: int given } ? given : 0;
            string? axis = Literals.EnumName(attribute.ConstructorArguments[0]);
            void Report(string got, string need) => context.Report(RuleIds.ShardAxis, Place(attribute, context), symbol.Name, got, need);

            if (axis is null)
                Report($"{attribute.ConstructorArguments[0].Value} is no axis of the mesh", "use a member of MeshAxis");
            else if (wrong(axis) is { } mistake)
                Report(mistake.Why, mistake.Fix);
            else if (shards.FirstOrDefault(s => s.Axis == axis) is { } first)
                Report($"{axis} already splits dimension {first.Dimension}, and a rank has one share of it", $"keep one [Shard(MeshAxis.{axis})]");
            else if (rank > 0 && (dimension < 0 || dimension >= rank))
                Report($"it has no dimension {dimension}, it has {rank}: 0{(rank > 1 ? $" to {rank - 1}" : "")}", "use one of those");
            else
                shards.Add(new(axis, dimension));
        }
        return shards.ToEquatable();
    }

    static Location Place(AttributeData attribute, ModuleContext context) => (attribute.ApplicationSyntaxReference?.GetSyntax(context.Cancellation) as AttributeSyntax)?.GetLocation() ?? Location.None;
}
