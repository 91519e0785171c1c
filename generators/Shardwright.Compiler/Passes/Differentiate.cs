using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Reverse mode: walks a program backwards and lets each op add its adjoint statements, one a primal statement, dX and dW apart. A loop's adjoint runs the other way round; gradients of values from outside the loop are carried
/// through it, so tied and shared parameters need nothing special.
/// </summary>
public static class Differentiate
{
    /// <summary>Appends to <paramref name="backward"/> the gradient program of <paramref name="loss"/>, seeded with <paramref name="seed"/>.</summary>
    public static void Run(Region forward, Region backward, Value loss, double seed, ShapeReport report)
    {
        var gradients = new GradientBuilder(backward, report) { Source = loss.Source };
        gradients.PassConstant(loss, new ScalarFactor(seed));
        Walk(forward, gradients);
    }

    static void Walk(Region forward, GradientBuilder gradients)
    {
        foreach (var node in Enumerable.Reverse(forward.Nodes))
        {
            (gradients.Source, gradients.Precision, gradients.Call) = (node.Source, node.Precision, node.Call);
            if (node.Op is Loop loop)
                Reverse(node, loop, gradients);
            else if (node.Op is ExpertLoop)
                ReverseExperts(node, gradients);
            else if (node.Op.IsDifferentiable && (node.Outputs.Any(gradients.Has) || node.Op.HasOwnGradient(node)) && node.Inputs.Any(v => v.RequiresGradient))
                node.Op.Differentiate(node, gradients);
        }
    }

    static void Reverse(Node node, Loop loop, GradientBuilder outer)
    {
        var carried = node.Carried.Where(c => c.Start.RequiresGradient).ToList();
        if (!carried.Any(c => outer.Has(c.Result)) && !node.Body!.Walk().Any(n => n.Op.HasOwnGradient(n)))
            return;
        // An iteration may also end with a value from outside, which no node of the body need read.
        var invariants = node.Body!.Walk().SelectMany(n => n.Reads).Concat(carried.Select(c => c.End)).Distinct()
            .Where(v => v.RequiresGradient && v.Parameter is null && v.Region is not null && !v.Region.IsInside(node.Body)).ToList();

        var adjoint = new Node(loop with { Backward = !loop.Backward }, [], node.Source);
        var body = new Region(outer.Region, adjoint) { AdjointOf = node.Body };
        adjoint.Body = body;
        var inner = new GradientBuilder(body, outer.Report);
        var handed = new List<(Carried Carried, Value Target)>();
        foreach (var c in carried)
            inner.Seed(c.End, Hand(c.Result, c.Start));
        foreach (var v in invariants)
            inner.Seed(v, Hand(v, v));
        Walk(node.Body, inner);
        outer.Region.Nodes.Add(adjoint);
        foreach (var (c, target) in handed)
        {
            c.End = inner.Of(target) ?? inner.Zero(target);
            if (invariants.Contains(target))
                outer.Set(target, c.Result);
        }
        foreach (var (c, target) in handed.Take(carried.Count))
            outer.Pass(carried.First(f => f.Start == target).Initial, c.Result);

        Value Hand(Value from, Value target)
        {
            var initial = outer.Of(from) ?? outer.Zero(from);
            string name = GradientBuilder.GradientName(target);
            var start = new Value(name, node.Source) { Type = target.Type, Region = body, Primal = target };
            var result = new Value(name, node.Source) { Type = target.Type, Region = outer.Region, Producer = adjoint, Primal = target };
            var item = new Carried(initial, start, result);
            adjoint.Carried.Add(item);
            adjoint.Outputs.Add(result);
            handed.Add((item, target));
            return start;
        }
    }

    static void ReverseExperts(Node node, GradientBuilder outer)
    {
        if (!node.Body!.Walk().SelectMany(n => n.Outputs).Any(outer.Has))
            return;
        var adjoint = new Node(node.Op, [], node.Source);
        var body = new Region(outer.Region, adjoint) { AdjointOf = node.Body };
        adjoint.Body = body;
        Walk(node.Body, new GradientBuilder(body, outer.Report, outer));
        outer.Region.Nodes.Add(adjoint);
    }
}
