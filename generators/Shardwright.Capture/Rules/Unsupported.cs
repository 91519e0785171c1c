using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Rules;

/// <summary>Why a construct outside the allow-list cannot become part of a graph, and what to write instead.</summary>
internal readonly record struct Unsupported(string Construct, string Reason, string Alternative)
{
    const string Fixed = "the training graph is fixed at compile time";
    const string Values = "a graph computes on tensors and numbers, not on objects";
    const string SideEffect = "a graph has no side effects, so the step could not repeat it";

    /// <summary>
    /// Every kind that is not captured ends here, kinds of later compilers too: the visitor is an allow-list and this table only finds the words.
    /// </summary>
    public static Unsupported Of(IOperation operation) => operation.Kind switch
    {
        OperationKind.Switch or OperationKind.SwitchExpression => new("A switch", Fixed, "write 'if' or '?:' with a condition on constants or constructor arguments"),
        OperationKind.Loop => new("This loop", "its trip count is not known at compile time", "write 'for' with constant bounds or 'foreach' over a Repeated<T>"),
        OperationKind.Branch => new("A jump", "a loop of the graph runs all its rounds", "put the condition around the statements with 'if'"),
        OperationKind.Labeled => new("A label", "the graph has no jumps", "write 'if' or a loop"),
        OperationKind.Try or OperationKind.CatchClause => new("Exception handling", "a graph throws no exceptions", "move it to the code that calls the model"),
        OperationKind.Throw => new("Throwing", "a graph throws no exceptions", "check arguments in the code that calls the model; shapes are checked at compile time"),
        OperationKind.Using or OperationKind.UsingDeclaration => new("'using'", "tensors of a graph live in the planned arena, not in disposable objects", "remove it"),
        OperationKind.Lock => new("'lock'", SideEffect, "remove it"),
        OperationKind.Await => new("'await'", "a graph runs to its end without waiting", "move it to the code that calls the model"),
        OperationKind.YieldReturn or OperationKind.YieldBreak => new("An iterator", "a graph returns all its results at once", "return a tensor or a tuple of tensors"),
        OperationKind.LocalFunction => new("A local function", "only methods have a graph", "make it a private method"),
        OperationKind.AnonymousFunction or OperationKind.DelegateCreation => new("A lambda", "only methods have a graph", "make it a private method and call that"),
        OperationKind.MethodReference => new("A method group", "only calls have a graph", "call the method"),
        OperationKind.ObjectCreation or OperationKind.AnonymousObjectCreation or OperationKind.TypeParameterObjectCreation
            => new("Creating an object", Values, "declare modules and parameters as properties with an initialiser"),
        OperationKind.ArrayCreation or OperationKind.ArrayElementReference or OperationKind.ArrayInitializer => new("An array", Values, "use locals, a tuple or a tensor"),
        OperationKind.CollectionExpression or OperationKind.Spread => new("A collection expression", Values, "pass the items one by one"),
        OperationKind.With => new("'with'", Values, "use locals"),
        OperationKind.DefaultValue => new("'default'", "it is no tensor", "use a constant, or a Parameter with Initial.Zero"),
        OperationKind.IsPattern or OperationKind.IsType => new("A pattern", Fixed, "compare constants or constructor arguments"),
        OperationKind.Coalesce or OperationKind.CoalesceAssignment or OperationKind.ConditionalAccess
            => new("A null test", "modules and tensors of a graph are never null", "write '?:' with a condition on constants or constructor arguments"),
        OperationKind.InterpolatedString or OperationKind.InterpolatedStringText => new("An interpolated string", Values, "remove it"),
        OperationKind.DynamicInvocation or OperationKind.DynamicMemberReference or OperationKind.DynamicIndexerAccess or OperationKind.DynamicObjectCreation
            => new("'dynamic'", "the callee is not known at compile time", "use the static type"),
        OperationKind.EventAssignment or OperationKind.RaiseEvent => new("An event", SideEffect, "remove it"),
        OperationKind.SimpleAssignment or OperationKind.CompoundAssignment or OperationKind.Increment or OperationKind.Decrement or OperationKind.DeconstructionAssignment
            => new("An assignment inside an expression", "a statement computes one value", "assign in a statement of its own"),
        OperationKind.InstanceReference => new("'this' as a value", Values, "use its properties"),
        OperationKind.TypeOf or OperationKind.SizeOf => new("A type", Values, "use a constant"),
        OperationKind.AddressOf => new("A pointer", Values, "use tensors"),
        OperationKind.Range or OperationKind.ImplicitIndexerReference or OperationKind.InlineArrayAccess => new("An index or range", Values, "use Nn.Split and Nn.Reshape"),
        OperationKind.Invocation => new("This call", "only methods with a graph can be called", "call Nn, a module, or a method with source"),
        OperationKind.Utf8String => new("A UTF-8 literal", Values, "remove it"),
        _ => new($"This construct ({operation.Kind})", "it is not part of the language of models", "use locals, tuples, operators, Nn, modules, 'for', 'foreach', 'if'"),
    };
}
