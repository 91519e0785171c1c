namespace Shardwright.CodeFixes.Edits;

/// <summary>Writes the arguments of <c>[Mesh]</c>, or adds the attribute to the class.</summary>
internal static class MeshEdit
{
    public static Task<bool> Apply(EditPlace place, string arguments) => AttributeEdit.Apply(place, $"Mesh({arguments})");
}
