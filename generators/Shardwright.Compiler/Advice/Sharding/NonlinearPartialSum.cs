using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>A sum over all tokens that something non-linear reads: the ranks' parts have to be added first, by a collective in the middle of the step.</summary>
public sealed class NonlinearPartialSum : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW2005", "A sum over ranks is used non-linearly", RuleSeverity.Info);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var forward = study.Train.Root.Walk().TakeWhile(n => n.Op is not BeginBackward).ToList();
        var costs = study.Statements.ToDictionary(s => s.Node);
        var reported = new HashSet<Node>();
        foreach (var reduce in forward.Where(n => n.Op is AllReduce))
        {
            if (LinearUses.FirstNonlinear(reduce.Output, forward) is not { } consumer || !costs.TryGetValue(reduce, out var cost) || !reported.Add(consumer))
                continue;
            long bytes = LocalShapes.Elements(reduce.Output, study.Plan.Mesh) * (long)reduce.Output.ElementBytes;
            bool isSquare = consumer.Op is Multiply && consumer.Input(0) == consumer.Input(1);
            yield return new(Info, Cause.Of(consumer.Source),
                $"'{reduce.Input(0).Name}' {reduce.Output.Type} is a sum over the tokens of all ranks, and {consumer.Op.Name} is not linear in it: the ranks' parts are added first, by an all-reduce of {AdviceText.Bytes(bytes)} over {((AllReduce)reduce.Op).Group} "
                + $"that takes {AdviceText.Duration(cost.Picoseconds)}, {AdviceText.Percent((double)cost.Picoseconds / Math.Max(1, study.Step))} of the step. "
                + (isSquare ? "This is the square of a mean or sum; if that of the squares is meant, square before Nn.Mean or Nn.Sum, and only the result is added up"
                    : "Where the mathematics allows, apply it to the rows before the sum, so that only the result is added up"))
            {
                Also = EquatableArray.Of(Cause.Of(reduce.Source)),
            };
        }
    }
}
