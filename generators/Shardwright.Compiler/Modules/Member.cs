namespace Shardwright.Compiler.Modules;

/// <summary>A property of a module class that the program needs to know. <paramref name="Site"/> is the ordinal of its declaration.</summary>
public abstract record Member(string Name, int Site)
{
    /// <summary>What <c>[Precision]</c> on the property says: of a parameter, the format of every product that it enters; of a module, its own format in this place.</summary>
    public PrecisionOption? Precision { get; init; }

    /// <summary>The module class that it holds, one or several; null for parameters, states and numbers.</summary>
    public virtual string? HeldType => null;

    /// <summary>Whether the property carries <c>[Recompute]</c>: activations of the modules in it are not kept for the backward pass.</summary>
    public bool Recompute { get; init; }
}

/// <summary><c>Parameter X { get; } = new(shape…)</c>.</summary>
public sealed record ParameterMember(string Name, int Site, EquatableArray<Expression> Shape, EquatableArray<Shard> Shards, bool NoDecay, bool Frozen) : Member(Name, Site);

/// <summary><c>[State] State X { get; } = new(shape…)</c>: persistent, no gradient.</summary>
public sealed record StateMember(string Name, int Site, EquatableArray<Expression> Shape) : Member(Name, Site);

/// <summary>A sub-module: <c>T X { get; } = new(arguments…)</c>.</summary>
public sealed record ModuleMember(string Name, int Site, string Type, EquatableArray<Argument> Arguments, bool Frozen = false) : Member(Name, Site)
{
    public override string? HeldType => Type;
}

/// <summary><c>Repeated&lt;T&gt; X { get; } = new(count, () =&gt; new(arguments…))</c>.</summary>
public sealed record RepeatedMember(string Name, int Site, string Type, Expression Count, EquatableArray<Argument> Arguments, bool Frozen = false) : Member(Name, Site)
{
    public override string? HeldType => Type;
}

/// <summary><c>ExpertGroup&lt;T&gt; X { get; } = new(count, topK, () =&gt; new(arguments…)) { settings }</c>. <paramref name="Placement"/> and <paramref name="Dispatch"/> are the enum member names on <c>[Experts]</c>, or the defaults.</summary>
public sealed record ExpertGroupMember(
    string Name, int Site, string Type, Expression Count, Expression TopK, EquatableArray<Argument> Arguments, EquatableArray<Setting> Settings, string Placement, string Dispatch, bool Frozen = false) : Member(Name, Site)
{
    public override string? HeldType => Type;

    /// <summary>Replicas that a rank can hold.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>Fewest token copies of a replica; 0 for the target's break-even.</summary>
    public int LeastTokens { get; init; }

    /// <summary>A member of <c>SumOrder</c>.</summary>
    public string Order { get; init; } = "Fast";

    /// <summary>Parts in which rows travel; 0 for what is fastest on the target.</summary>
    public int Chunks { get; init; } = 1;
}

/// <summary>A number: <c>int Width { get; } = width * 2</c>, or a readonly field.</summary>
public sealed record ScalarMember(string Name, int Site, Expression Value) : Member(Name, Site);

/// <summary>An argument bound to a named parameter of a constructor or method (always by the callee's parameter name, defaults left out).</summary>
public sealed record Argument(string Name, Expression Value);

/// <summary>A property set in an object initialiser, e.g. <c>BalanceLoss = 0.01f</c>.</summary>
public sealed record Setting(string Name, Expression Value);
