using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>What an op's gradient rule may do: ask for the gradient of an output, and contribute to the gradient of an input.</summary>
public sealed class GradientBuilder(Region region, ShapeReport report, GradientBuilder? outer = null)
{
    readonly Dictionary<Value, Value> gradients = outer?.gradients ?? [];
    readonly Dictionary<Value, ScalarFactor> constants = outer?.constants ?? [];

    public Region Region { get; } = region;

    public ShapeReport Report { get; } = report;

    /// <summary>The statement being differentiated.</summary>
    public SourceRef Source { get; set; }

    /// <summary>The number format of the statement being differentiated.</summary>
    public Precision Precision { get; set; }

    /// <summary>The call that the statement being differentiated belongs to, where its activations are not kept.</summary>
    public RecomputedCall? Call { get; set; }

    public bool Has(Value value) => gradients.ContainsKey(value) || constants.ContainsKey(value);

    /// <summary>The gradient of an output as a tensor, or null when nothing flows back to it.</summary>
    public Value? Of(Value output)
    {
        if (constants.TryGetValue(output, out var factor))
        {
            constants.Remove(output);
            var filled = Add(new Fill(factor, output.Type), GradientName(output)).Output;
            filled.Primal = output;
            gradients[output] = filled;
        }
        return gradients.TryGetValue(output, out var gradient) ? gradient : null;
    }

    /// <summary>The gradient of a scalar when it is known before the step.</summary>
    public ScalarFactor? ConstantOf(Value output) => constants.TryGetValue(output, out var factor) ? factor : null;

    /// <summary>Replaces a gradient: a loop has added its contributions.</summary>
    public void Set(Value value, Value gradient) => gradients[value] = gradient;

    /// <summary>Sets a loop's carried gradient; two names for one value add up.</summary>
    public void Seed(Value value, Value gradient)
    {
        if (gradients.ContainsKey(value) || value.Parameter is not null)
            Pass(value, gradient);
        else
            gradients[value] = gradient;
    }

    /// <summary>Contributes <paramref name="op"/>(inputs) to the gradient of <paramref name="target"/>.</summary>
    public void Emit(Op op, Value target, IEnumerable<Value> inputs)
    {
        if (!target.RequiresGradient)
            return;
        if (target.Parameter is { } parameter)
        {
            Add(op, GradientName(target), inputs).GradientOf = parameter;
            return;
        }
        var existing = Of(target);
        if (existing is not null && !op.CanAccumulate)
        {
            Pass(target, Temporary(op, [.. inputs]));
            return;
        }
        var node = Add(op, GradientName(target), inputs);
        node.Output.Primal = target;
        node.Accumulated = existing;
        gradients[target] = node.Output;
    }

    /// <summary>Contributes the outputs of one op to several targets.</summary>
    public void EmitMany(Op op, Value[] targets, IEnumerable<Value> inputs)
    {
        if (!targets.Any(t => t.RequiresGradient))
            return;
        var node = new Node(op, inputs, Source) { Precision = Precision, Call = Call };
        foreach (var target in targets)
            Region.Define(node, GradientName(target)).Primal = target;
        Region.Nodes.Add(node);
        op.InferShapes(node, Report);
        for (int i = 0; i < targets.Length; i++)
            if (targets[i].RequiresGradient)
                Pass(targets[i], node.Outputs[i]);
    }

    /// <summary>Contributes a finished gradient of the target's own shape.</summary>
    public void Pass(Value target, Value gradient)
    {
        if (!target.RequiresGradient)
            return;
        if (target.Parameter is { } parameter)
            Add(new Copy(), GradientName(target), [gradient]).GradientOf = parameter;
        else if (Of(target) is { } existing)
        {
            var node = Add(new Accumulate(), GradientName(target), [gradient]);
            node.Output.Primal = target;
            node.Accumulated = existing;
            gradients[target] = node.Output;
        }
        else
            gradients[target] = gradient;
    }

    /// <summary>Hands an output's gradient on unchanged.</summary>
    public void PassThrough(Value output, Value target)
    {
        if (ConstantOf(output) is { } constant)
            PassConstant(target, constant);
        else
            Pass(target, Of(output)!);
    }

    public void PassConstant(Value target, ScalarFactor factor)
    {
        if (!target.RequiresGradient)
            return;
        if (target.Parameter is not null || gradients.ContainsKey(target))
            Pass(target, Temporary(new Fill(factor, target.Type)));
        else if (!constants.TryGetValue(target, out var existing))
            constants[target] = factor;
        else if (existing.OverLossDenominator == factor.OverLossDenominator)
            constants[target] = existing with { Number = existing.Number + factor.Number };
        else
            Pass(target, Temporary(new Fill(factor, target.Type)));
    }

    /// <summary>Contributes <paramref name="gradient"/>, summed over the dimensions along which <paramref name="operand"/> was broadcast.</summary>
    public void PassReduced(Value operand, Value gradient)
    {
        if (operand.Type.Shape == gradient.Type.Shape)
        {
            Pass(operand, gradient);
            return;
        }
        var (repeat, length) = Broadcasting.Period(gradient.Type.Shape, operand.Type.Shape);
        bool complete = (long)repeat * length == gradient.Type.Elements;
        if (repeat > 1)
        {
            var columns = complete ? operand.Type : gradient.Type.WithShape(gradient.Type.Shape.Take(gradient.Type.Rank - TrailingDimensions(gradient.Type, repeat)));
            if (complete)
            {
                Emit(new SumColumns(columns), operand, [gradient]);
                return;
            }
            gradient = Temporary(new SumColumns(columns), gradient);
        }
        else if (length == 1 && gradient.Type.Rank > 0)
            gradient = Temporary(new SumColumns(gradient.Type.WithShape(gradient.Type.Shape.Take(gradient.Type.Rank - 1))), gradient);
        Emit(new SumTokens(operand.Type), operand, [gradient]);
    }

    static int TrailingDimensions(TensorType type, int elements)
    {
        int count = 0;
        for (int product = 1; product < elements; count++)
            product *= type.Shape[type.Rank - 1 - count];
        return count;
    }

    /// <summary>A value of the backward pass that is nobody's gradient.</summary>
    public Value Temporary(Op op, params Value[] inputs) => Add(op, inputs.Length > 0 ? inputs[0].Name + "_part" : "part", inputs).Output;

    /// <summary>Zeros shaped like <paramref name="value"/>.</summary>
    public Value Zero(Value value)
    {
        var zero = Add(new Zero(value.Type), GradientName(value)).Output;
        zero.Primal = value;
        return zero;
    }

    Node Add(Op op, string name, params IEnumerable<Value> inputs)
    {
        var node = new Node(op, inputs, Source) { Precision = Precision, Call = Call };
        Region.Define(node, name);
        Region.Nodes.Add(node);
        op.InferShapes(node, Report);
        return node;
    }

    public static string GradientName(Value value) => "d_" + Naming.Camel(value.Name);
}
