using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Body;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Members;

/// <summary>Reads what an initialiser creates: <c>new(…)</c>, <c>() => new(…)</c> and <c>{ BalanceLoss = … }</c>.</summary>
internal static class Factories
{
    public static IOperation Unwrap(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation;
    }

    /// <summary>The module that the <c>make</c> argument of a list creates; null when it is not a lambda that does just that.</summary>
    public static IObjectCreationOperation? Created(IObjectCreationOperation list)
    {
        var make = list.Arguments.FirstOrDefault(a => a.Parameter?.Name == "make")?.Value;
        return make is not null && Unwrap(make) is IDelegateCreationOperation { Target: IAnonymousFunctionOperation { Body: { Operations: { Length: 1 } body } } }
            && body[0] is IReturnOperation { ReturnedValue: { } value } ? Unwrap(value) as IObjectCreationOperation : null;
    }

    public static EquatableArray<Setting>? Settings(IObjectCreationOperation creation, BodyCapture body, ModuleContext context)
    {
        var settings = new List<Setting>();
        foreach (var item in creation.Initializer?.Initializers ?? [])
            if (item is not ISimpleAssignmentOperation { Target: IPropertyReferenceOperation target, Value: var assigned })
                context.Report(item.Syntax, Rules.Unsupported.Of(item));
            else if (body.Expression(assigned) is { } value)
                settings.Add(new(target.Property.Name, value));
            else
                return null;
        return settings.ToEquatable();
    }
}
