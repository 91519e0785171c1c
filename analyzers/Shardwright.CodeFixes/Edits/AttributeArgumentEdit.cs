namespace Shardwright.CodeFixes.Edits;

/// <summary>Sets one named argument of an attribute on a class or property; the others stay, and what is missing is added.</summary>
internal static class AttributeArgumentEdit
{
    /// <param name="place">The class or property, or something inside it.</param>
    /// <param name="text"><c>Experts.Dispatch = Dispatch.Auto</c>.</param>
    public static async Task<bool> Apply(EditPlace place, string text)
    {
        int dot = text.IndexOf('.');
        return dot > 0 && AttributeEdit.Parse($"{text.Substring(0, dot)}({text.Substring(dot + 1)})") is { ArgumentList.Arguments: { Count: 1 } arguments } attribute && arguments[0].NameEquals is not null
            && await AttributeEdit.Apply(place, attribute, [arguments[0]], keepOthers: true).ConfigureAwait(false);
    }
}
