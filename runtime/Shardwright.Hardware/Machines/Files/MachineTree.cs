using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>
/// Resolves <c>extends</c>: what a file leaves out comes from what it extends, key by key; a quantity is replaced as a whole. Name and calibration are never taken over: a changed machine is another one, and nobody measured it.
/// </summary>
internal static class MachineTree
{
    private const int LongestChain = 8;

    public static JsonValue Read(string json, string path)
    {
        JsonValue tree;
        try
        {
            tree = JsonValue.Parse(json, path);
        }
        catch (JsonException e)
        {
            throw new MachineFileException(e.Problem, e.Path, e.Line, e.Column);
        }

        return Resolve(tree, LongestChain);
    }

    /// <summary>The tree of a built-in machine or chip; <c>:lnc1</c> behind the name sets the physical cores of a rank.</summary>
    public static JsonValue? Find(string name, int depth = LongestChain)
    {
        int colon = name.IndexOf(':');
        if (colon < 0)
            return BuiltInFiles.Text(name) is { } text ? Resolve(JsonValue.Parse(text, name + ".json"), depth - 1) : null;

        string suffix = name.Substring(colon);
        int cores = suffix == ":lnc1" ? 1 : suffix == ":lnc2" ? 2 : 0;
        if (cores == 0 || Find(name.Substring(0, colon), depth) is not { } tree || !(cores <= tree["chip"]?["coresPerRankMost"]?["value"]?.Number))
            return null;
        const string Source = "AWS Neuron SDK documentation 2.32, Logical NeuronCore configuration: NEURON_LOGICAL_NC_CONFIG";
        string overlay = $$"""{ "chip": { "coresPerRank": { "value": {{cores}}, "unit": "cores", "origin": "published", "source": "{{Source}}" } } }""";
        return Merge(tree, JsonValue.Parse(overlay, name));
    }

    private static JsonValue Resolve(JsonValue tree, int depth)
    {
        if (tree.Kind != JsonKind.Object)
            throw Section.Problem(tree, $"found {tree.KindName}; need an object that describes a machine");
        if (tree["extends"] is not { } extends)
            return tree;
        if (extends.Kind != JsonKind.String)
            throw Section.Problem(extends, $"found {extends.KindName} for 'extends'; need the name of a built-in machine or chip");
        if (depth == 0 || Find(extends.Text, depth) is not { } basis)
        {
            var names = BuiltInFiles.Names.ToList();
            throw Section.Problem(extends, $"nothing is called '{JsonStrings.Printable(extends.Text)}'{NearestName.Hint(extends.Text, names)} There are: {string.Join(", ", names)}");
        }

        return Merge(Without(basis, "name", "calibration"), tree);
    }

    private static JsonValue Merge(JsonValue basis, JsonValue overlay)
    {
        bool whole = basis.Kind != JsonKind.Object || overlay.Kind != JsonKind.Object || IsLeaf(basis) || IsLeaf(overlay);
        if (whole)
            return overlay;
        var members = new List<JsonMember>();
        foreach (var member in basis.Members)
        {
            if (overlay[member.Name] is null)
                members.Add(member);
        }

        foreach (var member in overlay.Members)
            members.Add(basis[member.Name] is { } below ? member with { Value = Merge(below, member.Value) } : member);
        return new(JsonKind.Object, overlay.Path, overlay.Line, overlay.Column) { Members = members.AsReadOnly() };
    }

    private static JsonValue Without(JsonValue tree, params string[] names) => new(JsonKind.Object, tree.Path, tree.Line, tree.Column)
    {
        Members = tree.Members.Where(member => Array.IndexOf(names, member.Name) < 0).ToList().AsReadOnly(),
    };

    // A number or a table with its origin: half of an old one and half of a new one would lie about the source.
    private static bool IsLeaf(JsonValue value) => value["value"] is not null || value["unit"] is not null || value["source"] is not null;
}
