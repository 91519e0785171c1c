namespace Shardwright.Compiler.Modules;

/// <summary>Which locals captured code reads and assigns.</summary>
public static class Locals
{
    /// <summary>Locals that an expression reads.</summary>
    public static IEnumerable<string> Read(Expression? expression) => expression switch
    {
        Local local => [local.Name],
        MemberAccess access => Read(access.Target),
        Unary unary => Read(unary.Operand),
        Binary binary => Read(binary.Left).Concat(Read(binary.Right)),
        Conditional choice => Read(choice.Condition).Concat(Read(choice.WhenTrue)).Concat(Read(choice.WhenFalse)),
        NumericCast cast => Read(cast.Operand),
        OperationCall call => call.Arguments.SelectMany(a => Read(a.Value)),
        MethodCall call => Read(call.Target).Concat(call.Arguments.SelectMany(a => Read(a.Value))),
        TupleLiteral tuple => tuple.Items.SelectMany(Read),
        TupleItem item => Read(item.Tuple),
        _ => [],
    };

    /// <summary>Locals that statements read, inner statements included.</summary>
    public static IEnumerable<string> Read(IEnumerable<Statement> body) => body.SelectMany(line => line switch
    {
        Assignment a => Read(a.Value),
        Deconstruction d => Read(d.Value),
        ForEach each => Read(each.Collection).Concat(Read(each.Body)),
        For loop => Read(loop.Start).Concat(Read(loop.Limit)).Concat(Read(loop.Step)).Concat(Read(loop.Body)),
        If choice => Read(choice.Condition).Concat(Read(choice.Then)).Concat(Read(choice.Else)),
        Return r => Read(r.Value),
        _ => [],
    });

    /// <summary>Locals that statements assign, loop variables and inner statements included; one occurrence an assignment.</summary>
    public static IEnumerable<string> Assigned(IEnumerable<Statement> body) => body.SelectMany(line => line switch
    {
        Assignment a => [a.Local],
        Deconstruction d => d.Locals.OfType<string>(),
        ForEach each => Assigned(each.Body).Prepend(each.Variable),
        For loop => Assigned(loop.Body).Prepend(loop.Variable),
        If choice => Assigned(choice.Then).Concat(Assigned(choice.Else)),
        _ => [],
    });
}
