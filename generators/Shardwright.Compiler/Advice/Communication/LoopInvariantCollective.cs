using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>A collective inside <c>foreach</c> gives the same in every iteration: it could run once.</summary>
public sealed class LoopInvariantCollective : AdviceRule
{
    const string LeastSaving = "least_saving_percent";

    public override RuleInfo Info { get; } = new("SHW4007", "A collective repeats in a loop", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastSaving, 0.1, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var loops = study.Train.Root.Walk().Where(n => n.Op is Loop { Backward: false }).ToDictionary(n => n.Body!);
        foreach (var statement in study.Statements)
        {
            if (statement.Cost.Op.Collective is not { Exchange: RowExchange.None } || statement.Cost.Runs < 2 || statement.Node.Inputs.Count == 0 || statement.Node.Input(0).Region is not { } body || !loops.TryGetValue(body, out var loop))
                continue;
            var chain = new HashSet<Node> { statement.Node };
            if (!statement.Node.Inputs.All(v => IsInvariant(v, body, ((Loop)loop.Op).List, chain)))
                continue;
            var moved = MovedStatement.OutOf(study.Linked, loop.Source, statement.Node.Source);
            var plan = moved is null ? null : study.With(_ => moved);
            var indices = new HashSet<int>(chain.Where(study.Plan.Step!.Index.ContainsKey).Select(n => study.Plan.Step!.Index[n]));
            long saved = study.Step - (plan?.Estimate!.Summary.Picoseconds ?? study.Retime(Once(study.Plan.Step!.Program, indices)));
            if (saved <= 0 || saved < study.Step * study.Option(Info, LeastSaving) / 100)
                continue;
            yield return new(Info, statement.At,
                $"This is reduced over the ranks in every iteration of the foreach, {statement.Cost.Runs} × {AdviceText.Duration(statement.Cost.Picoseconds)} a step, and is the same each time: nothing that it is made of changes from one to the next. "
                + $"{(plan is null ? "Compute it in front of the loop and hand it in" : "Move the statement in front of the loop")}; that {study.Saves(saved)}", saved)
            {
                Also = EquatableArray.Of(Cause.Of(loop.Source)),
                Fixes = plan is null ? default : EquatableArray.Of(new Fix("Move the statement in front of the loop", EquatableArray.Of(new Edit(EditKind.MoveOut, new(statement.Node.Source.Type, statement.Node.Source.Statement), "")))),
            };
        }
    }

    /// <summary>Whether a value is the same in every iteration of a loop; the statements of the loop that make it go to <paramref name="chain"/>.</summary>
    static bool IsInvariant(Value value, Region body, RepeatedList list, HashSet<Node> chain)
    {
        if (value.Parameter is { } parameter)
            return !parameter.Loops.Contains(list);
        if (value.Region is null || !value.Region.IsInside(body))
            return true;
        if (value.Region != body || value.Producer is not { Body: null } producer || !producer.Reads.All(v => IsInvariant(v, body, list, chain)))
            return false;
        chain.Add(producer);
        return true;
    }

    /// <summary>The step with these statements in front of the loop over layers that they stand in.</summary>
    static TimedProgram Once(TimedProgram program, HashSet<int> indices)
    {
        return DataFlow.Numbered(program, program.Nodes.SelectMany(Moved));

        IEnumerable<TimedNode> Moved(TimedNode node)
        {
            if (node is not TimedLoop loop)
                return [node];
            var first = loop.IsMicroBatches ? [] : loop.Body.OfType<TimedOp>().Where(op => indices.Contains(op.Index)).ToList();
            return [.. first, loop with { Body = [.. loop.Body.Where(n => n is not TimedOp op || !first.Contains(op)).SelectMany(Moved)] }];
        }
    }
}
