using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Which iteration of which loop is running. A list has one index, in the forward and in the backward loop over it.</summary>
internal sealed class Iterations
{
    private readonly Dictionary<RepeatedList, int> current = [];

    /// <summary>The running expert; −1 outside.</summary>
    public int Expert { get; set; } = -1;

    /// <summary>First row of every expert of the running or last group, and the end.</summary>
    public int[] Starts { get; set; } = [];

    public int this[RepeatedList list]
    {
        get => current[list];
        set => current[list] = value;
    }

    public void Leave(RepeatedList list) => current.Remove(list);

    /// <summary>The running number among all modules under nested lists, outermost first.</summary>
    public int Instance(IEnumerable<RepeatedList> lists) => lists.Aggregate(0, (index, list) => (index * list.Count) + current[list]);

    /// <summary>The running number of a region: which execution of its body this is.</summary>
    public int Instance(Region? region)
    {
        if (region?.Owner is null)
            return 0;
        var outer = Instance(region.Parent);
        return region.Owner.Op switch
        {
            Loop loop => (outer * loop.List.Count) + current[loop.List],
            ExpertLoop experts => (outer * experts.Site.Experts) + Expert,
            _ => outer,
        };
    }
}
