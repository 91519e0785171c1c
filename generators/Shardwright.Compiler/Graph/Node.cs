namespace Shardwright.Compiler.Graph;

/// <summary>One operation of a region, in program order.</summary>
public sealed class Node(Op op, IEnumerable<Value> inputs, SourceRef source)
{
    public Op Op { get; set; } = op;

    public List<Value> Inputs { get; } = [.. inputs];

    public List<Value> Outputs { get; } = [];

    public SourceRef Source { get; } = source;

    /// <summary>Output 0 = <see cref="Accumulated"/> + result, in the same storage where lifetimes allow it.</summary>
    public Value? Accumulated { get; set; }

    /// <summary>Output 0 is a contribution to this parameter's gradient.</summary>
    public ParameterDeclaration? GradientOf { get; set; }

    /// <summary>One matrix for each replica that the rank can hold: behind the right operand's where the statement reads them, behind the gradient's where it writes them.</summary>
    public Value? Replicas { get; set; }

    /// <summary>The global element count that an <see cref="Ops.Average"/> divides by.</summary>
    public long Denominator { get; set; }

    /// <summary>What was fused into this statement, for the reader of the emitted code.</summary>
    public List<string> Fused { get; } = [];

    /// <summary>The number format that the user asked for here.</summary>
    public Precision Precision { get; set; }

    /// <summary>The call of a module with <c>[Recompute]</c> in which this statement, or the one whose adjoint it is, was made; null outside.</summary>
    public RecomputedCall? Call { get; set; }

    /// <summary>The statement repeats one of the forward pass, for the adjoint statements behind it.</summary>
    public bool IsRecomputed { get; set; }

    /// <summary>The body of a loop.</summary>
    public Region? Body { get; set; }

    /// <summary>What a loop hands from one iteration to the next.</summary>
    public List<Carried> Carried { get; } = [];

    public Value Input(int index) => Inputs[index];

    public Value Output => Outputs[0];

    /// <summary>Everything the node itself reads.</summary>
    public IEnumerable<Value> Reads => (Accumulated is null ? Inputs : Inputs.Append(Accumulated)).Concat(Replicas is null ? [] : [Replicas]).Concat(Carried.Select(c => c.Initial));
}

/// <summary>A loop-carried value: outer initial value, its name at the start and at the end of the body, and the outer result.</summary>
public sealed class Carried(Value initial, Value start, Value result)
{
    public Value Initial { get; set; } = initial;

    public Value Start { get; } = start;

    public Value End { get; set; } = start;

    public Value Result { get; } = result;
}

/// <summary>One call of a module whose activations are not kept for the backward pass; the outermost where such modules call each other.</summary>
public sealed class RecomputedCall;

/// <summary>A straight line of nodes: a program, or the body of a loop.</summary>
public sealed class Region(Region? parent, Node? owner = null)
{
    public Region? Parent { get; } = parent;

    /// <summary>The loop whose body this is.</summary>
    public Node? Owner { get; set; } = owner;

    /// <summary>The body of the forward pass whose adjoint this one is; null for others.</summary>
    public Region? AdjointOf { get; set; }

    public List<Node> Nodes { get; } = [];

    public bool IsInside(Region other) => this == other || Parent is not null && Parent.IsInside(other);

    /// <summary>The lists whose modules it runs for, outermost first.</summary>
    public IReadOnlyList<RepeatedList> Loops()
    {
        var loops = new List<RepeatedList>();
        for (var region = this; region is not null; region = region.Parent)
            if (region.Owner?.Op is Ops.Loop loop)
                loops.Insert(0, loop.List);
        return loops;
    }

    public Value Define(Node node, string name, TensorType? type = null)
    {
        var value = new Value(name, node.Source) { Producer = node, Region = this };
        if (type is not null)
            value.Type = type;
        node.Outputs.Add(value);
        return value;
    }

    /// <summary>All nodes, bodies included, in program order; a loop comes before its body.</summary>
    public IEnumerable<Node> Walk()
    {
        foreach (var node in Nodes)
        {
            yield return node;
            if (node.Body is not null)
                foreach (var inner in node.Body.Walk())
                    yield return inner;
        }
    }
}
