using System.Globalization;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Advice.Sharding;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Passes;

/// <summary>Sizes that the mesh does not divide: what would, as numbers in the message and as fixes, the nearest size and the nearest mesh.</summary>
static class MeshMistakes
{
    public static string ExpertDoesNotDivide(CompilerOptions options, int data, int expert)
    {
        int up = Multiple(data, expert), down = up - expert;
        int smaller = Enumerable.Range(1, Math.Max(1, Math.Min(data, expert))).Last(e => data % e == 0), larger = Enumerable.Range(smaller + 1, Math.Max(0, data - smaller)).FirstOrDefault(e => data % e == 0);
        return $"{MeshFix.Written(options, data, expert)}{(options.OverridesMesh && (options.Data is null || options.Expert is null) ? " (what the property leaves out, [Mesh] says)" : "")}: expert parallelism divides the data ranks, it does not multiply them; need Data to be a multiple of Expert, such as Data = {(down > 0 ? $"{down} or {up}" : $"{up}")}, or Expert = {(larger > 0 ? $"{smaller} or {larger}" : $"{smaller}")}";
    }

    /// <summary>The nearest mesh that the model compiles on.</summary>
    public static Fix[] Fixes(LinkedModel linked, int data, int expert) => LegalMeshes.Of(linked)?.Nearest(data, expert) is { } nearest ? [.. MeshFix.Of(linked, nearest.Data, nearest.Expert)] : [];

    public static void Batch(LinkedModel linked, string input, MethodParameter annotated, int size, DeviceMesh mesh, ShapeReport report)
    {
        int up = Multiple(size, mesh.Data), down = up - mesh.Data;
        var inputs = ModelInputs.Annotated(linked.Model).Where(p => p.ShapeSites.Count > 0).ToList();
        // Every input shares the batch: a named dimension is written once, a number wherever it stands.
        var places = inputs.GroupBy(p => IsNumber(p.Shape[0]) ? p.ShapeSites[0].ToString(CultureInfo.InvariantCulture) : p.Shape[0]).Select(g => new Edit(EditKind.Number, new(linked.Type, g.First().ShapeSites[0]), Text(up))).ToEquatable();
        var fixes = places.Count == 0 ? Fixes(linked, mesh.Data, mesh.Expert) : [new Fix(IsNumber(annotated.Shape[0]) ? $"Make dimension 0 {up}" : $"Set {annotated.Shape[0]} to {up}", places), .. Fixes(linked, mesh.Data, mesh.Expert)];
        report.Error(Rules.Indivisible, new(linked.Type, -1, annotated.Site),
            $"input '{input}': dimension 0 ('{annotated.Shape[0]}') is {size}, which Data = {mesh.Data}{(linked.Options.Data is null ? "" : " (of ShardwrightMesh)")} does not divide; use a multiple of {mesh.Data}{(down > 0 ? $", {down} or {up}" : "")}{OrMesh(linked, mesh)}", fixes);
    }

    public static void Experts(LinkedModel linked, ExpertSite site, SourceRef declared, DeviceMesh mesh, ShapeReport report)
    {
        int up = Multiple(site.Experts, mesh.Expert), down = up - mesh.Expert;
        var (owner, member) = MemberPaths.Find(linked, site.Path) ?? (linked.Model, null!);
        var fixes = Fixes(linked, mesh.Data, mesh.Expert);
        if (member is ExpertGroupMember group && NumberPlaces.Of(linked, owner.Type, group.Count) is { } place)
            fixes = [new Fix($"Use {up} experts", EquatableArray.Of(new Edit(EditKind.Number, place, Text(up)))), .. fixes];
        report.Error(Rules.Indivisible, declared,
            $"'{site.Path}' has {site.Experts} experts, which {mesh.Expert} expert-parallel ranks{(linked.Options.Expert is null ? "" : " (of ShardwrightMesh)")} do not divide; use a multiple of {mesh.Expert} experts{(down > 0 ? $", {down} or {up}" : "")}{OrMesh(linked, mesh)}", fixes);
    }

    static string OrMesh(LinkedModel linked, DeviceMesh mesh) => LegalMeshes.Of(linked)?.Nearest(mesh.Data, mesh.Expert) is { } nearest ? $", or {MeshFix.Written(linked.Options, nearest.Data, nearest.Expert)}" : ", or another mesh";

    static int Multiple(int size, int of) => checked((int)Math.Min(int.MaxValue, ((long)size + Math.Max(1, of) - 1) / Math.Max(1, of) * Math.Max(1, of)));

    static bool IsNumber(string dimension) => int.TryParse(dimension, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
