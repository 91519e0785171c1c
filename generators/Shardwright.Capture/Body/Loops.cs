using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    const string BoundAlternative = "use constants or constructor arguments as bounds";

    void ForEach(IForEachLoopOperation loop, List<Statement> into)
    {
        int site = context.Site(loop.Syntax);
        IOperation collection = loop.Collection;
        while (collection is IConversionOperation { IsImplicit: true } conversion)
            collection = conversion.Operand;
        if (!collection.Type.IsRepeated() || loop.LoopControlVariable is not IVariableDeclaratorOperation variable)
        {
            if (IsBroken(collection) || IsBroken(loop))
                context.Broken();
            else if (collection.Type.HoldsData())
                context.Report(RuleIds.DataDependent, collection.Syntax, OneLine.Of(collection.Syntax, collection.Syntax.Span), BoundAlternative);
            else
                context.Report(collection.Syntax, new("'foreach' over this collection", "only a list of modules has a trip count and a body that are known at compile time", "loop over a Repeated<T>, or write 'for' with constant bounds"));
            return;
        }
        var list = Expression(collection);
        var name = NameOf(variable.Symbol);
        var body = Statements(loop.Body);
        if (list is not null)
            into.Add(new ForEach(site, name, list, body));
    }

    void For(IForLoopOperation loop, List<Statement> into)
    {
        int site = context.Site(loop.Syntax);
        if (Variable(loop) is not { } variable)
        {
            Fail(loop, ForShape);
            return;
        }
        if (loop.Condition is not IBinaryOperation { OperatorKind: var kind } condition || Spelling(kind) is not ("<" or "<=" or ">" or ">=" or "!=") || !Refers(condition.LeftOperand, variable))
        {
            Fail(loop.Condition ?? loop, ForShape);
            return;
        }
        if (loop.Body.DescendantsAndSelf().FirstOrDefault(o => Writes(o, variable)) is { } write)
        {
            Fail(write, new("Changing the loop variable in the body", "the trip count must be known at compile time", "change it in the loop's header only"));
            return;
        }
        var name = NameOf(variable);
        var start = Evaluable(((IVariableDeclarationGroupOperation)loop.Before[0]).Declarations[0].Declarators[0].GetVariableInitializer()!.Value, BoundAlternative);
        var limit = Evaluable(condition.RightOperand, BoundAlternative);
        var step = Step(loop, variable);
        var body = Statements(loop.Body);
        if (start is not null && limit is not null && step is not null)
            into.Add(new For(site, name, start, Spelling(kind)!, limit, step, body));
    }

    Expression? Step(IForLoopOperation loop, ILocalSymbol variable)
    {
        if (loop.AtLoopBottom.Length != 1 || loop.AtLoopBottom[0] is not IExpressionStatementOperation { Operation: var operation })
            return Fail(loop, ForShape);
        switch (operation)
        {
            case IIncrementOrDecrementOperation step when Refers(step.Target, variable):
                return new Literal(Site(step), step.Kind == OperationKind.Increment ? 1 : -1);
            case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } step when Refers(step.Target, variable):
                int site = Site(step);
                var amount = Evaluable(step.Value, BoundAlternative);
                return amount is null || step.OperatorKind == BinaryOperatorKind.Add ? amount : new Unary(site, "-", amount);
            case ISimpleAssignmentOperation { Value: IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum } step when Refers(step.Target, variable) && Refers(sum.LeftOperand, variable):
                int place = Site(step);
                var added = Evaluable(sum.RightOperand, BoundAlternative);
                return added is null || sum.OperatorKind == BinaryOperatorKind.Add ? added : new Unary(place, "-", added);
            default:
                return Fail(operation, ForShape);
        }
    }

    static ILocalSymbol? Variable(IForLoopOperation loop)
        => loop.Before.Length == 1 && loop.Before[0] is IVariableDeclarationGroupOperation { Declarations: { Length: 1 } declarations } && declarations[0].Declarators.Length == 1
            && declarations[0].Declarators[0] is { Symbol.Type.SpecialType: SpecialType.System_Int32 } declarator && declarator.GetVariableInitializer() is not null ? declarator.Symbol : null;

    static bool Refers(IOperation operation, ILocalSymbol variable)
        => operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, variable);

    static bool Writes(IOperation operation, ILocalSymbol variable) => operation switch
    {
        IAssignmentOperation assignment => Refers(assignment.Target, variable),
        IIncrementOrDecrementOperation step => Refers(step.Target, variable),
        _ => false,
    };

    static readonly Unsupported ForShape = new("This 'for' loop", "its trip count must be known at compile time", "write 'for (int i = a; i < b; i++)' with bounds of constants or constructor arguments");
}
