using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// A product whose operands do not fit on the chip reads them again and again (<see cref="BlockedTraffic"/>). Neuron Explorer calls more than 25 % of HBM reads for reloading a problem.
/// </summary>
public sealed class SbufSpill : AdviceRule
{
    const string MostReread = "most_reread_percent", LeastShare = "least_step_percent";

    public override RuleInfo Info { get; } = new("SHW3012", "Operands do not fit on the chip and are read again", RuleSeverity.Warning)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(MostReread, 25, 0, 100), new RuleOption(LeastShare, 1, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        long least = (long)(study.Step * study.Option(Info, LeastShare) / 100);
        foreach (var group in study.Statements.Where(s => s.Cost.Op.Work.Products.Count > 0 && s.Cost.Times.Bound == Engine.Dma && Share(study, s) > study.Option(Info, MostReread) / 100).GroupBy(s => s.At))
        {
            var worst = group.OrderByDescending(s => s.Picoseconds).ThenBy(s => s.Index).First();
            if (group.Sum(s => s.Picoseconds) < least)
                continue;
            var products = worst.Cost.Op.Work.Products;
            long again = Again(study, worst), cost = study.Step - Unspilled(study, group);
            yield return new(Info, group.Key,
                $"{worst.Node.Op.Name} reads {AdviceText.Bytes(again)} again, {AdviceText.Percent(Share(study, worst))} of what it reads from HBM: its operands {Operands(worst)} do not fit into {AdviceText.Bytes(study.Machine.Rank.SbufBytes)} on the chip, half of which holds what is kept ({study.Target}). "
                + $"{(group.Count() > 1 ? $"With its gradients, reading" : "Reading")} again costs {AdviceText.Duration(cost)} of a step of {AdviceText.Duration(study.Step)} ({AdviceText.Percent((double)cost / study.Step)}). "
                + (products[0].Format == OperandFormat.Float32 ? "Operands in bfloat16 are half as large" : "A split over more ranks, or a smaller inner dimension, makes the kept operand smaller"));
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

    /// <summary>The step when these products read every operand once.</summary>
    static long Unspilled(ModelStudy study, IEnumerable<Statement> statements)
    {
        var again = statements.ToDictionary(s => s.Index, s => Again(study, s));
        // What the machine's rule adds is taken off what the statement itself reads; both are streams.
        return study.Retime(op => again.TryGetValue(op.Index, out long bytes) ? op with { Work = op.Work with { ReadBytes = op.Work.ReadBytes + new Amount(-bytes) } } : op);
    }
}
