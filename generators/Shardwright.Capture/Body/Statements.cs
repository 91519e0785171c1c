using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Rules;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    /// <summary>Captures a body; what could not be captured is left out and has been reported.</summary>
    public EquatableArray<Statement> Statements(IOperation? body)
    {
        var statements = new List<Statement>();
        if (body is not null)
            Statement(body, statements);
        return statements.ToEquatable();
    }

    void Statement(IOperation operation, List<Statement> into)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        if (depth >= DepthLimit)
        {
            TooDeep(operation, "move its parts into methods");
            return;
        }
        depth++;
        try
        {
            Allowed(operation, into);
        }
        finally
        {
            depth--;
        }
    }

    /// <summary>The allow-list of statements.</summary>
    void Allowed(IOperation operation, List<Statement> into)
    {
        switch (operation)
        {
            case IBlockOperation block:
                foreach (var statement in block.Operations)
                    Statement(statement, into);
                break;
            case IVariableDeclarationGroupOperation group:
                foreach (var declarator in group.Declarations.SelectMany(d => d.Declarators))
                    Declare(declarator, group, into);
                break;
            case IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { IsRef: false } assignment } statement:
                Assign(statement, assignment, into);
                break;
            case IExpressionStatementOperation { Operation: ICompoundAssignmentOperation compound } statement:
                Compound(statement, compound, into);
                break;
            case IExpressionStatementOperation { Operation: IIncrementOrDecrementOperation step } statement:
                Increment(statement, step, into);
                break;
            case IExpressionStatementOperation { Operation: IDeconstructionAssignmentOperation deconstruction } statement:
                Deconstruct(statement, deconstruction, into);
                break;
            case IExpressionStatementOperation { Operation: var expression }:
                Fail(expression, expression is IInvocationOperation ? IgnoredResult : Unsupported.Of(expression));
                break;
            case IForEachLoopOperation loop:
                ForEach(loop, into);
                break;
            case IForLoopOperation loop:
                For(loop, into);
                break;
            case IConditionalOperation branch:
                If(branch, into);
                break;
            case IReturnOperation { ReturnedValue: { } value } result:
                Return(result, value, into);
                break;
            case IEmptyOperation:
                break;
            default:
                Fail(operation);
                break;
        }
    }

    void Declare(IVariableDeclaratorOperation declarator, IVariableDeclarationGroupOperation group, List<Statement> into)
    {
        if (declarator.Symbol.IsConst || declarator.GetVariableInitializer() is not { } initializer)
            return;
        if (declarator.Symbol.IsRef)
        {
            Fail(declarator, new("A 'ref' local", "a graph's values never change", "use an ordinary local"));
            return;
        }
        // One statement may declare several locals; each then is named by its own declarator.
        bool alone = group.Declarations.Length == 1 && group.Declarations[0].Declarators.Length == 1;
        int site = context.Site(alone ? group.Syntax : declarator.Syntax);
        if (Expression(initializer.Value) is { } value)
            into.Add(new Assignment(site, NameOf(declarator.Symbol), value));
    }

    void Assign(IExpressionStatementOperation statement, ISimpleAssignmentOperation assignment, List<Statement> into)
    {
        int site = context.Site(statement.Syntax);
        if (assignment.Target is IDiscardOperation)
            Fail(assignment, new("A discarded value", "it has no effect", "remove the statement"));
        else if (TargetName(assignment.Target) is { } name && Expression(assignment.Value) is { } value)
            into.Add(new Assignment(site, name, value));
    }

    void If(IConditionalOperation branch, List<Statement> into)
    {
        int site = context.Site(branch.Syntax);
        var condition = Evaluable(branch.Condition, ConditionAlternative);
        var then = Statements(branch.WhenTrue);
        var otherwise = Statements(branch.WhenFalse);
        if (condition is not null)
            into.Add(new If(site, condition, then, otherwise));
    }

    void Return(IReturnOperation result, IOperation value, List<Statement> into)
    {
        // An expression body has no return statement: its expression stands for it.
        int site = context.Site(result.Syntax is ArrowExpressionClauseSyntax arrow ? arrow.Expression : result.Syntax);
        if (Expression(value) is { } expression)
            into.Add(new Return(site, expression));
    }

    /// <summary>The name of an assignment's target: a local or a parameter of this method, nothing else.</summary>
    string? TargetName(IOperation target)
    {
        switch (target)
        {
            case ILocalReferenceOperation { Local: { IsRef: false } local }:
                return NameOf(local);
            case IDeclarationExpressionOperation { Expression: ILocalReferenceOperation { Local: var local } }:
                return NameOf(local);
            case IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } when SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, method):
                return NameOf(parameter);
            default:
                Fail(target, new("Assigning this", "a graph has no side effects: only locals and parameters of the method change", "assign a local and return it; use [State] for tensors that persist"));
                return null;
        }
    }

    static readonly Unsupported IgnoredResult = new("A call whose result is not used", "a graph has no side effects", "remove it or use its result");
}
