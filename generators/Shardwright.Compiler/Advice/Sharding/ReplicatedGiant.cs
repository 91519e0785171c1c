namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>A parameter that many ranks each hold whole, with gradients and moments, at a price in memory.</summary>
public sealed class ReplicatedGiant : AdviceRule
{
    const string LeastRanks = "least_ranks", LeastPercent = "least_hbm_percent";

    public override RuleInfo Info { get; } = new("SHW2008", "Many ranks hold the same large parameter", RuleSeverity.Info)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastRanks, 8, 2, 1e6), new RuleOption(LeastPercent, 2, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var mesh = study.Plan.Mesh;
        foreach (var group in study.Plan.Blocks.GroupBy(b => (b.Parameter.Type, b.Parameter.Site)))
        {
            var parameter = group.First().Parameter;
            int ranks = parameter.Experts > 0 ? mesh.ExpertData : mesh.Data;
            // Weight, gradient, AdamW's mean and variance; the micro-batch's gradient where there are several.
            long weights = group.Sum(b => b.LocalBytes), bytes = group.Sum(b => b.LocalBytes * (b.IsTrained ? study.Plan.MicroBatches > 1 ? 5 : 4 : 1));
            double share = bytes / (double)study.Machine.Rank.HbmBytes;
            if (ranks < study.Option(Info, LeastRanks) || share <= study.Option(Info, LeastPercent) / 100)
                continue;
            long sharded = weights + (bytes - weights) / ranks;
            yield return new(Info, ModelStudy.Of(parameter),
                $"'{parameter.Path}' [{string.Join(", ", parameter.Shape)}]{(parameter.Instances > 1 ? $" of {parameter.Instances} layers" : "")} takes {AdviceText.Bytes(bytes)} of a rank with gradients and moments, {AdviceText.Percent(share)} of {AdviceText.Bytes(study.Machine.Rank.HbmBytes)} on {study.Target}, "
                + $"and {ranks} ranks hold the same. With gradients and moments split over them it would take {AdviceText.Bytes(sharded)}{(parameter.Experts > 0 ? "; so does a larger Expert in [Mesh], where fewer ranks hold the same experts" : "")}");
        }
    }
}
