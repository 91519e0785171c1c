namespace Shardwright.Compiler.Modules;

/// <summary>A captured statement.</summary>
public abstract record Statement(int Site);

/// <summary>Declares or assigns a local.</summary>
public sealed record Assignment(int Site, string Local, Expression Value) : Statement(Site);

/// <summary><c>var (a, b) = …</c>; null for a discard.</summary>
public sealed record Deconstruction(int Site, EquatableArray<string?> Locals, Expression Value) : Statement(Site);

/// <summary><c>foreach</c> over a <c>Repeated&lt;T&gt;</c>.</summary>
public sealed record ForEach(int Site, string Variable, Expression Collection, EquatableArray<Statement> Body) : Statement(Site);

/// <summary><c>for (int i = start; i {Comparison} limit; i += step)</c> with bounds that instantiation can evaluate.</summary>
public sealed record For(int Site, string Variable, Expression Start, string Comparison, Expression Limit, Expression Step, EquatableArray<Statement> Body) : Statement(Site);

/// <summary><c>if</c> with a condition that instantiation can evaluate.</summary>
public sealed record If(int Site, Expression Condition, EquatableArray<Statement> Then, EquatableArray<Statement> Else) : Statement(Site);

/// <summary><c>return value</c>.</summary>
public sealed record Return(int Site, Expression Value) : Statement(Site);
