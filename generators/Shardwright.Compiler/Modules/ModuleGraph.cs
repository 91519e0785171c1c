namespace Shardwright.Compiler.Modules;

/// <summary>
/// One annotated class as captured from source: constructor, members, method bodies. Symbolic in its constructor arguments, free of compiler objects and of
/// positions (a <em>site</em> is an ordinal inside the class; <see cref="ModuleSources"/> maps it to file and line), hence equal as long as its meaning is.
/// </summary>
/// <param name="Type">Fully qualified type name, e.g. <c>Demo.DecoderBlock</c>; a nested type is written with dots.</param>
/// <param name="IsModel">Whether the class carries <c>[Model]</c>.</param>
/// <param name="IsExpert">Whether it implements <c>IExpert</c>.</param>
/// <param name="Constructor">Constructor parameters in order.</param>
/// <param name="Constants">Compile-time constant fields, for <c>[Shape]</c> dimensions given by name.</param>
/// <param name="Members">Properties that hold parameters, modules or numbers, in declaration order.</param>
/// <param name="Methods">The class's own tensor methods and, under their keys, every static helper with source that they reach.</param>
/// <param name="Options">Mesh and training options of a model.</param>
/// <param name="HasErrors">Capture found something that it cannot express: the class has diagnostics and nothing can be generated from it.</param>
public sealed record ModuleGraph(
    string Type,
    bool IsModel,
    bool IsExpert,
    EquatableArray<ConstructorParameter> Constructor,
    EquatableArray<NamedConstant> Constants,
    EquatableArray<Member> Members,
    EquatableArray<Method> Methods,
    ModelOptions? Options,
    bool HasErrors)
{
    /// <summary>What <c>[Precision]</c> on the class says; null without one: the format of whoever calls it.</summary>
    public PrecisionOption? Precision { get; init; }

    /// <summary>The assembly that the graph was read from; null for a class with source.</summary>
    public string? Library { get; init; }

    /// <summary>Whether the class carries <c>[Recompute]</c>: its activations are not kept for the backward pass, wherever it is called.</summary>
    public bool Recompute { get; init; }
}

/// <summary>A <c>[Precision]</c> annotation: the format's name and how stored values are rounded.</summary>
public sealed record PrecisionOption(string Format, bool Stochastic)
{
    /// <summary>The site of the attribute; −1 for a build property.</summary>
    public int Site { get; init; } = -1;
}

/// <summary>A constructor parameter; <paramref name="Default"/> is null when it has no default value.</summary>
public sealed record ConstructorParameter(string Name, Expression? Default);

/// <summary>A constant field (int, long, float, double, bool, string).</summary>
public sealed record NamedConstant(string Name, object Value);

/// <summary>What <c>[Mesh]</c> and <c>[Training]</c> say. <paramref name="ClassName"/>, <paramref name="Namespace"/> ("" = global), <paramref name="Accessibility"/> ("public" or "internal") locate the partial class to emit;
/// <paramref name="DeclaresConstructor"/>: the class has an explicit constructor, so none may be emitted.</summary>
public sealed record ModelOptions(string Namespace, string ClassName, string Accessibility, bool DeclaresConstructor, int Data, int Expert, string Optimizer, int MicroBatches, bool Clip)
{
    /// <summary>The site of <c>[Mesh]</c>; −1 without one.</summary>
    public int MeshSite { get; init; } = -1;

    /// <summary>Whether generated code can name the class and add a part to it: where it cannot, that code would only bring errors of its own.</summary>
    public bool IsExtensible { get; init; } = true;
}

/// <summary>A method body. <paramref name="Key"/> is the method's name for the class's own instance methods that are not overloaded, else its documentation id.</summary>
public sealed record Method(string Key, string Name, bool IsStatic, EquatableArray<MethodParameter> Parameters, EquatableArray<Statement> Body, bool HasErrors);

/// <summary>A method parameter. <paramref name="Kind"/>: <c>tensor</c>, <c>integers</c> (Tensor&lt;int&gt;), <c>scalar</c> (int, float, bool …), <c>module</c>.
/// <paramref name="Shape"/> holds the strings of <c>[Shape]</c> (constant names or integers).</summary>
public sealed record MethodParameter(string Name, string Kind, EquatableArray<string> Shape, EquatableArray<Shard> Shards, Expression? Default)
{
    /// <summary>The site of its declaration.</summary>
    public int Site { get; init; } = -1;

    /// <summary>The sites of the dimensions in <c>[Shape]</c>, in order; empty where they are not written one by one.</summary>
    public EquatableArray<int> ShapeSites { get; init; }
}

/// <summary>A <c>[Shard]</c> annotation: axis name (<c>Data</c>, <c>Expert</c>, <c>Tensor</c>) and dimension.</summary>
public sealed record Shard(string Axis, int Dimension);
