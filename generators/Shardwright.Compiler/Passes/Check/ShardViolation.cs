using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>Where a parallel program is wrong: the value or parameter, and what was got and needed. A program of ours that has one is a defect of ours, not the user's.</summary>
/// <param name="Source">The user's code that the value comes from.</param>
/// <param name="Value">The value's name, or the path of a parameter.</param>
/// <param name="Message">Atom, got, need.</param>
public sealed record ShardViolation(SourceRef Source, string Value, string Message)
{
    public override string ToString() => $"'{Value}': {Message}";
}

/// <summary>Collects violations, and the words for states.</summary>
public sealed class ShardFindings(DeviceMesh mesh)
{
    readonly List<ShardViolation> violations = [];

    public IReadOnlyList<ShardViolation> Violations => violations;

    public DeviceMesh Mesh { get; } = mesh;

    /// <summary>The atoms over which ranks can differ: those with more than one rank.</summary>
    public int[] Atoms { get; } = [.. Enumerable.Range(0, DeviceMesh.Atoms).Where(atom => mesh.Size(atom) > 1)];

    public void Add(SourceRef source, string value, string message) => violations.Add(new(source, value, message));

    public void Add(Value value, string message) => Add(value.Source, value.Name, message);

    public void Add(Value value, int atom, string got, string need) => Add(value, On(atom, got, need));

    public static string On(int atom, string got, string need) => $"on the {AtomName(atom)} atom got {got}, need {need}";

    public static string AtomName(int atom) => atom == DeviceMesh.ExpertDataAtom ? "ExpertData" : "Expert";

    public static string Describe(AtomState state) => state.Layout switch
    {
        Layout.Sharded => state.Dimension < 0 ? "a rank's own experts" : $"sharded on dimension {state.Dimension}",
        Layout.Partial => "a partial sum",
        Layout.Routed => "routed rows",
        _ => "replicated",
    };

    /// <summary>Whether a communicator joins the ranks along an atom; null for a name that no communicator has.</summary>
    public static bool? Joins(string? group, int atom) => group switch
    {
        null => false,
        "World" => true,
        "ExpertReplicas" => atom == DeviceMesh.ExpertDataAtom,
        "ExpertPeers" => atom == DeviceMesh.ExpertAtom,
        _ => null,
    };
}
