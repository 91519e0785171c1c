using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>
/// A large collective that nobody wrote and that no other rule explains: a partial tensor that has to be whole before the next statement. Not the exchange of rows, which is what experts are, nor the one reduction of all gradients behind the
/// backward pass, which is what data ranks are.
/// </summary>
public sealed class ImplicitReshard : AdviceRule
{
    const string LeastMegabytes = "least_megabytes", LeastPercent = "least_percent";

    public override RuleInfo Info { get; } = new("SHW2006", "A collective that nobody wrote", RuleSeverity.Info)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastMegabytes, 1, 0, 1e9), new RuleOption(LeastPercent, 1, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var program = study.Train.Root.Walk().ToList();
        var forward = program.TakeWhile(n => n.Op is not BeginBackward).ToList();
        var readers = LinearUses.Readers(program);
        foreach (var statement in study.Statements.Where(s => s.Node.Op is AllReduce && s.Node.Output.Type.Elements > 1))
        {
            var value = statement.Node.Output;
            long bytes = LocalShapes.Elements(value, study.Plan.Mesh) * (long)value.ElementBytes;
            bool isLarge = bytes >= study.Option(Info, LeastMegabytes) * 1e6 || statement.Picoseconds >= study.Step * study.Option(Info, LeastPercent) / 100;
            if (!isLarge || !readers.TryGetValue(value, out var consumer) || consumer is { Op: ReportAuxiliary or ReportQuantiles or ReportLoss } || LinearUses.FirstNonlinear(value, forward) is not null)
                continue;
            var parameter = LinearUses.GradientOf(value, readers);
            string why = parameter is null
                ? $"'{value.Name}' {value.Type} is a sum over the tokens of all ranks, and {consumer.Op.Name} reads it, so the ranks' parts are added first"
                : $"'{parameter.Path}' [{string.Join(", ", parameter.Shape)}] is used in several places, and each use's part of its gradient is added up over the ranks alone, so that sums come out the same on every mesh";
            string remedy = parameter is null ? "Read it later or smaller, where the mathematics allows" : "A parameter with one use is reduced with all others, behind the backward pass";
            yield return new(Info, statement.At,
                $"{why}: an all-reduce of {AdviceText.Bytes(bytes)} over {((AllReduce)statement.Node.Op).Group}, {AdviceText.Duration(statement.Picoseconds)}, {AdviceText.Percent((double)statement.Picoseconds / Math.Max(1, study.Step))} of the step on {study.Target}. {remedy}")
            {
                Also = parameter is null ? EquatableArray.Of(Cause.Of(consumer.Source)) : EquatableArray.Of(ModelStudy.Of(parameter)),
            };
        }
    }
}
