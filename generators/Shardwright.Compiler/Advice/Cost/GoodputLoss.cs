using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Cost;

/// <summary>Checkpoints and failures take a good part of the time of so many chips.</summary>
public sealed class GoodputLoss : AdviceRule
{
    const string MostLoss = "most_loss_percent", Interval = "checkpoint_interval_minutes", Checkpoint = "checkpoint_seconds", Restart = "restart_minutes", LeastChips = "least_chips";

    public override RuleInfo Info { get; } = new("SHW7103", "Checkpoints and failures take much of the time", RuleSeverity.Info)
    {
        Options = EquatableArray.Of(
            new RuleOption(MostLoss, 10, 0, 100), new RuleOption(Interval, 60, 0.1, 100_000), new RuleOption(Checkpoint, 60, 0, 100_000), new RuleOption(Restart, 10, 0, 100_000), new RuleOption(LeastChips, 256, 1, 10_000_000)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        int chips = study.Estimate.Summary.Chips;
        if (chips < study.Option(Info, LeastChips))
            yield break;
        double failure = Goodput.ClusterHours(study.Machine.ChipHoursBetweenFailures, chips);
        double interval = study.Option(Info, Interval) / 60, checkpoint = study.Option(Info, Checkpoint) / 3600, restart = study.Option(Info, Restart) / 60;
        double loss = 1 - Goodput.Share(interval, checkpoint, restart, failure);
        if (loss * 100 <= study.Option(Info, MostLoss))
            yield break;
        double young = Goodput.YoungInterval(checkpoint, failure), best = young > 0 ? 1 - Goodput.Share(young, checkpoint, restart, failure) : loss;
        string advice = best < loss ? $"Every {AdviceText.Number(young * 60)} minutes, Young's interval √(2 · {AdviceText.Number(checkpoint * 3600)} s · {AdviceText.Number(failure)} h), it is {AdviceText.Percent(best)}"
            : "The interval is near Young's: only faster checkpoints, faster restarts or fewer chips help";
        yield return new(Info, study.Mesh,
            $"{AdviceText.Number(chips)} chips of {study.Target} fail every {AdviceText.Number(failure)} h, one chip every {AdviceText.Number(study.Machine.ChipHoursBetweenFailures)} h{Origin(study.Machine)}. With a checkpoint of {AdviceText.Number(checkpoint * 3600)} s every "
            + $"{AdviceText.Number(interval * 60)} minutes and a restart in {AdviceText.Number(restart * 60)} minutes, {AdviceText.Percent(loss)} of the time does not train. {advice}");
    }

    static string Origin(Machine machine) => machine.Facts.Any(f => f.Key == "chipHoursBetweenFailures" && f.Origin == Hardware.Origin.Assumed) ? " (assumed)" : "";
}
