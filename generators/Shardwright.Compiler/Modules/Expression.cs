namespace Shardwright.Compiler.Modules;

/// <summary>A captured expression. <paramref name="Site"/> is an ordinal inside the class, assigned in source order.</summary>
public abstract record Expression(int Site);

/// <summary>A compile-time constant as Roslyn folded it: int, long, float, double, bool, string.</summary>
public sealed record Literal(int Site, object Value) : Expression(Site);

/// <summary>A local variable or method parameter. Two locals of one method that share a spelling are told apart by a suffix: <c>h</c>, <c>h#2</c>.</summary>
public sealed record Local(int Site, string Name) : Expression(Site);

/// <summary>A constructor parameter used in a member initialiser or, captured, in a method body.</summary>
public sealed record ConstructorArgument(int Site, string Name) : Expression(Site);

/// <summary>A property or field of a module instance; <paramref name="Target"/> null is <c>this</c>.</summary>
public sealed record MemberAccess(int Site, Expression? Target, string Name) : Expression(Site);

/// <summary><c>-x</c>, <c>!x</c>, <c>+x</c>; on numbers or tensors.</summary>
public sealed record Unary(int Site, string Operator, Expression Operand) : Expression(Site);

/// <summary><c>+ - * / % &lt; &lt;= &gt; &gt;= == != &amp;&amp; || &amp; |</c>; on numbers or (+ - * /) tensors. Which, is decided when the module is instantiated.</summary>
public sealed record Binary(int Site, string Operator, Expression Left, Expression Right) : Expression(Site);

/// <summary><c>condition ? a : b</c> with a condition that instantiation can evaluate.</summary>
public sealed record Conditional(int Site, Expression Condition, Expression WhenTrue, Expression WhenFalse) : Expression(Site);

/// <summary>A numeric conversion to <c>int</c>, <c>long</c>, <c>float</c> or <c>double</c>.</summary>
public sealed record NumericCast(int Site, string Type, Expression Operand) : Expression(Site);

/// <summary>A call of <c>Nn.{Operation}</c>; a <c>params</c> argument is spread into <c>name0, name1 …</c>. Also <c>Math.Min/Max/Sqrt/Abs</c> as <c>Math.Min</c> etc. on numbers.</summary>
public sealed record OperationCall(int Site, string Operation, EquatableArray<Argument> Arguments) : Expression(Site);

/// <summary>A call of a method with source: <paramref name="Target"/> is the module instance (null with <paramref name="Type"/> null = <c>this</c>); for a static helper <paramref name="Type"/> is null, <paramref name="Target"/> null and the key is its
/// documentation id, found among the calling class's <see cref="ModuleGraph.Methods"/>. A call of <c>ExpertGroup.Forward</c> is a MethodCall with key <c>Forward</c> on the group.</summary>
public sealed record MethodCall(int Site, Expression? Target, string? Type, string Key, EquatableArray<Argument> Arguments) : Expression(Site);

/// <summary>A tuple literal.</summary>
public sealed record TupleLiteral(int Site, EquatableArray<Expression> Items) : Expression(Site);

/// <summary>An item of a tuple: <c>pair.Item1</c> or by name; <paramref name="Index"/> from 0.</summary>
public sealed record TupleItem(int Site, Expression Tuple, int Index) : Expression(Site);
