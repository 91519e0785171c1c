using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Cost;

/// <summary>Values that nobody published decide a good part of what is said about the step.</summary>
public sealed class UncalibratedTarget : AdviceRule
{
    const string LeastShare = "least_assumed_percent";

    public override RuleInfo Info { get; } = new("SHW7101", "The target is not calibrated", RuleSeverity.Info) { Options = EquatableArray.Of(new RuleOption(LeastShare, 20, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        if (study.Machine.IsCalibrated)
            yield break;
        var assumed = AssumedValues.Shares(study, Origin.Assumed);
        double share = assumed.Sum(f => f.Share);
        if (share * 100 < study.Option(Info, LeastShare) || assumed.Count == 0)
            yield break;
        yield return new(Info, study.Model,
            $"No measurement covers {study.Machine.Name}, and {AdviceText.Percent(share)} of the step's {AdviceText.Duration(study.Step)} follow from values that are assumed: "
            + string.Join(", ", assumed.Take(3).Select(f => $"{f.Key} ({AdviceText.Percent(f.Share)}: {Short(f.Source)})")) + (assumed.Count > 3 ? " and smaller ones" : "")
            + ". Take differences between plans more seriously than their times, or put values of your own in a ShardwrightMachine file; docs/accuracy.md says what was held against measurements");
    }

    /// <summary>A source up to its first pause: a message is no place for a bibliography.</summary>
    static string Short(string source) => source.Split([';', ':', '('], 2)[0].Trim();
}
