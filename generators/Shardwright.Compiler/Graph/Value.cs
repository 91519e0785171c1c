namespace Shardwright.Compiler.Graph;

/// <summary>Where a value comes from in source: class, statement and expression sites (ordinals, never positions).</summary>
public readonly record struct SourceRef(string Type, int Statement, int Expression);

/// <summary>A tensor of the program. Created by a node, or an input, a parameter, or a loop's carried value.</summary>
public sealed class Value(string name, SourceRef source)
{
    /// <summary>The user's own name where there is one.</summary>
    public string Name { get; set; } = name;

    /// <summary>The name is a local of the user's, not one of ours.</summary>
    public bool IsNamed { get; set; }

    public SourceRef Source { get; } = source;

    public TensorType Type { get; set; } = TensorType.Scalar;

    public Sharding Sharding { get; set; } = Sharding.Replicated;

    /// <summary>How an element is stored on the device: float32, or bfloat16.</summary>
    public NumberFormat Format { get; set; }

    /// <summary>The number of this value among all that the program rounds: the same on every mesh.</summary>
    public int RoundingSite { get; set; }

    /// <summary>Bytes of an element on the device.</summary>
    public int ElementBytes => Format == NumberFormat.BFloat16 ? 2 : 4;

    /// <summary>The value whose gradient this is.</summary>
    public Value? Primal { get; set; }

    /// <summary>The value of the forward pass that this one repeats, bit by bit.</summary>
    public Value? Repeats { get; set; }

    /// <summary>The node that computes it; null for inputs, parameters and carried values.</summary>
    public Node? Producer { get; set; }

    /// <summary>The region it is defined in.</summary>
    public Region? Region { get; set; }

    public ParameterDeclaration? Parameter { get; set; }

    public InputDeclaration? Input { get; set; }

    /// <summary>The value whose storage this one is (a reshape, a loop's result); null when it has its own.</summary>
    public Value? ViewOf { get; set; }

    public bool RequiresGradient { get; set; }

    /// <summary>Shape inference gave up on it: say nothing more about its users.</summary>
    public bool IsUnknown { get; set; }

    public Value Storage => ViewOf?.Storage ?? this;

    public override string ToString() => $"{Name} {Type}";
}

/// <summary>An input of Forward or Loss. Shape is that of one global micro-batch.</summary>
public sealed record InputDeclaration(int Index, string Name, ElementType Element, EquatableArray<int> Shape, bool IsSharded);

/// <summary>
/// A parameter of the model, all instances of it: <paramref name="Path"/> has a <c>*</c> for each repetition and expert, <paramref name="Loops"/> are the <c>Repeated</c>
/// lists it sits in (outermost first), <paramref name="Experts"/> the number of experts or 0.
/// </summary>
public sealed record ParameterDeclaration(
    int Slot, string Path, string Name, EquatableArray<int> Shape, EquatableArray<RepeatedList> Loops, int Experts, bool Decay, bool Frozen, bool IsState, string Type, int Site)
{
    /// <summary>The format of the products that it enters, where the user gave it one of its own.</summary>
    public Precision? Precision { get; init; }

    public int Instances => Loops.Aggregate(1, (product, loop) => product * loop.Count);

    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>A <c>Repeated</c> list by its path and length.</summary>
public sealed record RepeatedList(string Path, int Count);
