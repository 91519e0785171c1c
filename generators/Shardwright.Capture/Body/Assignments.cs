using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    void Compound(IExpressionStatementOperation statement, ICompoundAssignmentOperation compound, List<Statement> into)
    {
        var sign = Spelling(compound.OperatorKind);
        if (compound.Target.Type.HoldsData())
        {
            InPlace(compound, compound.Target, sign ?? "+");
            return;
        }
        int site = context.Site(statement.Syntax);
        if (sign is null || compound.OperatorMethod is not null || !compound.Target.Type.IsScalar())
        {
            Fail(compound, OperatorOutside(compound.Type));
            return;
        }
        if (TargetName(compound.Target) is not { } name || Expression(compound.Value) is not { } value)
            return;
        Expression result = new Binary(site, sign, new Local(site, name), value);
        // `i *= 1.5f` computes in float and narrows back; the widening of `i` is the operator's own.
        if (!compound.OutConversion.IsIdentity && Literals.NumericType(compound.Target.Type!.SpecialType) is { Length: > 0 } type)
            result = new NumericCast(site, type, result);
        into.Add(new Assignment(site, name, result));
    }

    void Increment(IExpressionStatementOperation statement, IIncrementOrDecrementOperation step, List<Statement> into)
    {
        var sign = step.Kind == OperationKind.Increment ? "+" : "-";
        if (step.Target.Type.HoldsData())
            InPlace(step, step.Target, sign);
        else if (step.Target.Type?.SpecialType is not (SpecialType.System_Int32 or SpecialType.System_Int64))
            Fail(step);
        else if (TargetName(step.Target) is { } name)
        {
            int site = context.Site(statement.Syntax);
            into.Add(new Assignment(site, name, new Binary(site, sign, new Local(site, name), new Literal(site, 1))));
        }
    }

    void InPlace(IOperation operation, IOperation target, string sign)
    {
        if (IsBroken(operation))
            context.Broken();
        else
            context.Report(RuleIds.InPlace, operation.Syntax, OneLine.Of(operation.Syntax, operation.Syntax.Span), OneLine.Of(target.Syntax, target.Syntax.Span), sign);
    }

    void Deconstruct(IExpressionStatementOperation statement, IDeconstructionAssignmentOperation deconstruction, List<Statement> into)
    {
        int site = context.Site(statement.Syntax);
        var target = deconstruction.Target is IDeclarationExpressionOperation declaration ? declaration.Expression : deconstruction.Target;
        if (target is not ITupleOperation tuple || deconstruction.Value.Type is not { IsTupleType: true })
        {
            Fail(deconstruction, new("This deconstruction", "only tuples come apart in a graph", "use locals"));
            return;
        }
        var value = Expression(deconstruction.Value);
        var locals = new List<string?>();
        foreach (var element in tuple.Elements)
            if (element is IDiscardOperation or IDeclarationExpressionOperation { Expression: IDiscardOperation })
                locals.Add(null);
            else if (TargetName(element) is { } name)
                locals.Add(name);
            else
                return;
        if (value is not null)
            into.Add(new Deconstruction(site, locals.ToEquatable(), value));
    }
}
