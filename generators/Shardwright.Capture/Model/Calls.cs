using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Model;

/// <summary>All method calls of a captured method, in source order.</summary>
internal static class Calls
{
    public static IEnumerable<MethodCall> Of(Method method) => method.Body.SelectMany(Of);

    static IEnumerable<MethodCall> Of(Statement statement) => statement switch
    {
        Assignment a => Of(a.Value),
        Deconstruction d => Of(d.Value),
        Return r => Of(r.Value),
        ForEach loop => Of(loop.Collection).Concat(loop.Body.SelectMany(Of)),
        For loop => Of(loop.Start).Concat(Of(loop.Limit)).Concat(Of(loop.Step)).Concat(loop.Body.SelectMany(Of)),
        If branch => Of(branch.Condition).Concat(branch.Then.SelectMany(Of)).Concat(branch.Else.SelectMany(Of)),
        _ => [],
    };

    static IEnumerable<MethodCall> Of(Expression? expression) => expression switch
    {
        MethodCall call => Of(call.Target).Concat(call.Arguments.SelectMany(a => Of(a.Value))).Append(call),
        OperationCall call => call.Arguments.SelectMany(a => Of(a.Value)),
        MemberAccess access => Of(access.Target),
        Unary unary => Of(unary.Operand),
        Binary binary => Of(binary.Left).Concat(Of(binary.Right)),
        Conditional conditional => Of(conditional.Condition).Concat(Of(conditional.WhenTrue)).Concat(Of(conditional.WhenFalse)),
        NumericCast cast => Of(cast.Operand),
        TupleLiteral tuple => tuple.Items.SelectMany(Of),
        TupleItem item => Of(item.Tuple),
        _ => [],
    };
}
