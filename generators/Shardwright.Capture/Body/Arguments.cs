using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    EquatableArray<Argument>? Arguments(IInvocationOperation call) => Arguments(call.Arguments, skip: null);

    /// <summary>Arguments by parameter name and in parameter order; defaults left out, <c>params</c> spread into name0, name1 …</summary>
    public EquatableArray<Argument>? Arguments(IEnumerable<IArgumentOperation> operations, string? skip)
    {
        var arguments = new List<Argument>();
        bool failed = false;
        foreach (var argument in operations.OrderBy(a => a.Parameter?.Ordinal ?? 0))
        {
            if (argument.ArgumentKind == ArgumentKind.DefaultValue || argument.Parameter is null || argument.Parameter.Name == skip)
                continue;
            if (argument.Parameter.RefKind is RefKind.Ref or RefKind.Out)
            {
                failed |= Fail(argument.Value, new("A 'ref' or 'out' argument", "a graph's values never change", "return a tuple")) is null;
                continue;
            }
            var items = argument.Parameter.IsParams ? Items(argument.Value) : [argument.Value];
            if (items is null)
            {
                failed |= Fail(argument.Value, new("An array for 'params'", "its items are not known at compile time", "pass the items one by one")) is null;
                continue;
            }
            for (int i = 0; i < items.Count; i++)
                if (Expression(items[i]) is { } value)
                    arguments.Add(new(argument.Parameter.IsParams ? argument.Parameter.Name + i.ToString(System.Globalization.CultureInfo.InvariantCulture) : argument.Parameter.Name, value));
                else
                    failed = true;
        }
        return failed ? null : arguments.ToEquatable();
    }

    /// <summary>The items of a collection that is spelled out; null when they cannot be seen.</summary>
    public static IReadOnlyList<IOperation>? Items(IOperation collection)
    {
        while (collection is IConversionOperation conversion)
            collection = conversion.Operand;
        return collection switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            ICollectionExpressionOperation expression when expression.Elements.All(e => e is not ISpreadOperation) => expression.Elements,
            _ => null,
        };
    }
}
