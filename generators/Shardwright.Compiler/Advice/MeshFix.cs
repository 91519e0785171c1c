using System.Globalization;

namespace Shardwright.Compiler.Advice;

/// <summary><c>[Mesh]</c> as text and as an edit: one spelling for all rules that name another mesh.</summary>
public static class MeshFix
{
    /// <summary>The arguments of the attribute; <c>Expert = 1</c> goes without saying.</summary>
    public static string Arguments(int data, int expert) => string.Format(CultureInfo.InvariantCulture, expert == 1 ? "Data = {0}" : "Data = {0}, Expert = {1}", data, expert);

    /// <summary>A mesh as it is written where the model's comes from: <c>[Mesh]</c>, or the build property that has the last word.</summary>
    public static string Written(CompilerOptions options, int data, int expert) => options.OverridesMesh
        ? string.Format(CultureInfo.InvariantCulture, "ShardwrightMesh=\"data={0} expert={1}\"", data, expert)
        : string.Format(CultureInfo.InvariantCulture, "[Mesh({0})]", Arguments(data, expert));

    /// <summary>The edit that takes another mesh; none where a build property has the last word.</summary>
    public static EquatableArray<Fix> Of(LinkedModel linked, int data, int expert) => linked.Options.OverridesMesh ? default
        : EquatableArray.Of(new Fix($"Use [Mesh({Arguments(data, expert)})]", EquatableArray.Of(new Edit(EditKind.Mesh, new(linked.Type, linked.Model.Options!.MeshSite), Arguments(data, expert)))));
}
