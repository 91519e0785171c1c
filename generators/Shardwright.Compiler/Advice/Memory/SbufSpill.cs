using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// A product whose operands do not fit on the chip reads them again and again (<see cref="BlockedTraffic"/>). Neuron Explorer calls more than 25 % of HBM reads for
/// reloading a problem; where the tensor engine hides it and it costs no energy to speak of, nothing is said.
/// </summary>
public sealed class SbufSpill : AdviceRule
{
    const string MostReread = "most_reread_percent", LeastCost = "least_cost_percent";

    public override RuleInfo Info { get; } = new("SHW3012", "Operands do not fit on the chip and are read again", RuleSeverity.Warning)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(MostReread, 25, 0, 100), new RuleOption(LeastCost, 1, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        double most = study.Option(Info, MostReread) / 100, least = study.Option(Info, LeastCost) / 100;
        foreach (var group in study.Statements.Where(s => s.Cost.Op.Work.Products.Count > 0 && Share(study, s) > most).GroupBy(s => s.At))
        {
            var (time, energy) = CostOf(study, group);
            double cost = (double)time / study.Step;
            if (Math.Max(cost, energy) < least)
                continue;
            var worst = group.OrderByDescending(s => s.Picoseconds).ThenBy(s => s.Index).First();
            yield return new(Info, group.Key,
                $"{worst.Node.Op.Name} reads {AdviceText.Bytes(Again(study, worst))} again, {AdviceText.Percent(Share(study, worst))} of what it reads from HBM: {Operands(worst)} do not fit on the chip, {AdviceText.Bytes(study.Machine.Rank.SbufBytes)} of which half holds what is kept ({study.Target}). "
                + $"{(group.Count() > 1 ? "With its gradients, reading" : "Reading")} again costs {(time > 0 ? $"{AdviceText.Duration(time)} of a step of {AdviceText.Duration(study.Step)} ({AdviceText.Percent(cost)})" : "no time, because the tensor engine takes longer,")} and {AdviceText.Percent(energy)} of its chip energy. "
                + (worst.Cost.Op.Work.Products[0].Format == OperandFormat.Float32 ? "Operands in bfloat16 are half as large" : "A smaller micro-batch or more ranks make the kept operand smaller"));
        }
    }

    static string Operands(Statement statement) => string.Join(" and ", statement.Node.Inputs.Take(2).Select(v => v.ToString()));

    static long Again(ModelStudy study, Statement statement) => statement.Cost.Times.HbmBytes - Once(study, statement.Cost.Op.Work.ReadBytes, statement) - Once(study, statement.Cost.Op.Work.WriteBytes, statement);

    static double Share(ModelStudy study, Statement statement)
    {
        long again = Again(study, statement);
        return (double)again / Math.Max(1, again + Once(study, statement.Cost.Op.Work.ReadBytes, statement));
    }

    static long Once(ModelStudy study, Amount bytes, Statement statement)
    {
        if (statement.Cost.Op.Site < 0)
            return bytes.Fixed;
        var site = study.Plan.Step!.Program.Sites[statement.Cost.Op.Site];
        return bytes.At(site.Copies, site.Experts / study.Plan.Mesh.Expert);
    }

    /// <summary>Time and share of energy that a step saves when these products read every operand once.</summary>
    static (long Picoseconds, double Energy) CostOf(ModelStudy study, IEnumerable<Statement> statements)
    {
        var again = statements.ToDictionary(s => s.Index, s => Again(study, s));
        var program = study.Plan.Step!.Program;
        var once = new TimedProgram([.. program.Nodes.Select(Once)], program.Sites, program.Slots);
        var costs = new ProgramCosts(once, study.Machine, study.Estimate.Costs.Placement);
        var summary = new StepSummary(costs, [ProgramWalk.Balanced(costs)], study.Estimate.Summary.Tokens);
        return (study.Step - summary.Picoseconds, 1 - summary.ChipJoules / study.Estimate.Summary.ChipJoules);

        // What the machine's rule adds is taken off what the statement itself reads; both are streams.
        TimedNode Once(TimedNode node) => node is TimedLoop loop ? loop with { Body = [.. loop.Body.Select(Once)] }
            : node is TimedOp op && again.TryGetValue(op.Index, out long bytes) ? op with { Work = op.Work with { ReadBytes = op.Work.ReadBytes + new Amount(-bytes) } } : node;
    }
}
