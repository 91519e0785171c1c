using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Target;

/// <summary>More replica groups than a Neuron program can have. The two meshes of data and experts make three kinds at most, so it speaks only where the limit is set lower.</summary>
public sealed class TooManyCommunicators : AdviceRule
{
    const string Most = "most_communicators";

    public override RuleInfo Info { get; } = new("SHW6002", "A program has too many communicators", RuleSeverity.Warning) { Options = EquatableArray.Of(new RuleOption(Most, AllToAllLegality.MostCommunicators, 0, 1024)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        // Groups of the same ranks are one communicator, whatever they are called.
        var groups = study.Plan.Step!.Program.Ops.Select(op => op.Collective?.Group).OfType<CollectiveGroup>().Where(g => study.Estimate.Costs.Shape(g).Size > 1).Distinct().OrderBy(g => g).ToList();
        var different = groups.GroupBy(study.Estimate.Costs.Shape).Select(g => g.First()).ToList();
        if (AllToAllLegality.WhyTooManyCommunicators(study.Machine, different.Count, (int)study.Option(Info, Most)) is { } reason)
            yield return new(Info, study.Mesh, $"The program of {study.Linked.Model.Options!.ClassName} has {reason} on {study.Machine.Name}: {string.Join(", ", different)}. Use a mesh with fewer kinds of groups, such as Expert = 1 or Expert = Data");
    }
}
