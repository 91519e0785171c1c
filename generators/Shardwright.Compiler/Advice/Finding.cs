using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Advice;

/// <summary>A place in source: a class and a site of it, −1 for the class itself.</summary>
public readonly record struct Cause(string Type, int Site)
{
    /// <summary>The expression, or its statement where the expression has no site.</summary>
    public static Cause Of(SourceRef source) => new(source.Type, source.Expression >= 0 ? source.Expression : source.Statement);
}

/// <summary>What a rule found.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="At">The span that causes it.</param>
/// <param name="Message">What, got, need, cost, fix; whole sentences with the numbers behind the verdict.</param>
/// <param name="SavedPicoseconds">What the step gets shorter by when the remedy that the message names is taken, from a plan (or a step) that was costed anew; 0 where there is none.</param>
public sealed record Finding(RuleInfo Rule, Cause At, string Message, long SavedPicoseconds = 0)
{
    /// <summary>Other places that belong to it, such as the origin of a sharding.</summary>
    public EquatableArray<Cause> Also { get; init; }

    /// <summary>Edits that mend it, best first; <see cref="SavedPicoseconds"/> is what the first brings.</summary>
    public EquatableArray<Fix> Fixes { get; init; }
}

/// <summary>A fix as an editor offers it.</summary>
/// <param name="Title">What the light bulb says: <c>Use [Mesh(Data = 8, Expert = 4)]</c>.</param>
/// <param name="Edits">Edits that belong together.</param>
public sealed record Fix(string Title, EquatableArray<Edit> Edits);

/// <summary>One edit of source, in terms of the annotated surface. The code fix that carries it out has the kind's name.</summary>
/// <param name="Kind">What is edited.</param>
/// <param name="At">Where.</param>
/// <param name="Value">The new text, by kind.</param>
public sealed record Edit(EditKind Kind, Cause At, string Value);

/// <summary>The kinds of edits.</summary>
public enum EditKind
{
    /// <summary><c>[Mesh(…)]</c> at the attribute's site, or added to the model's class; value: the arguments, <c>Data = 8, Expert = 4</c>.</summary>
    Mesh,

    /// <summary>An attribute on a class or property, added or replacing one of the same name; value: <c>Precision(NumberFormat.BFloat16)</c>.</summary>
    Attribute,

    /// <summary>A named argument of an attribute on a property, both added where they are missing; value: <c>Experts.Dispatch = Dispatch.Auto</c>.</summary>
    AttributeArgument,

    /// <summary>A property in the object initializer of a property's <c>new(…)</c>; value: <c>BalanceLoss = 0.01f</c>.</summary>
    Initializer,

    /// <summary>A whole number: the literal at the site, or the initializer of the constant that the site names; value: <c>128</c>.</summary>
    Number,
}
