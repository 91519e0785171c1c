using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    Expression? Parameter(IParameterReferenceOperation reference)
    {
        if (reference.Parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor })
            return reference.Parameter.Type.IsScalar() ? new ConstructorArgument(Site(reference), reference.Parameter.Name)
                : Fail(reference, new("This constructor argument", "only numbers, truth values, strings and enumerations shape a module", "pass sizes and create modules in property initialisers"));
        return SymbolEqualityComparer.Default.Equals(reference.Parameter.ContainingSymbol, method) ? new Local(Site(reference), NameOf(reference.Parameter)) : Fail(reference);
    }

    Expression? Property(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        if (property.ContainingType.IsParameter() || property.ContainingType.IsState())
            return property.Name == "Value" && reference.Instance is not null ? Expression(reference.Instance) : Fail(reference, OfHandle);
        if (property.ContainingType is INamedTypeSymbol container && (container.IsRepeated() || container.IsExpertGroup()))
            return property.IsIndexer ? Fail(reference, OfList) : Member(reference, property, reference.Instance);
        if (property.ContainingType.HoldsData())
            return Fail(reference, property.IsIndexer ? Element : OfTensor);
        return Member(reference, property, reference.Instance);
    }

    Expression? Field(IFieldReferenceOperation reference)
    {
        var field = reference.Field;
        if (!field.ContainingType.IsTupleType)
            return Member(reference, field, reference.Instance);
        int index = field.ContainingType.TupleElements.IndexOf(field.CorrespondingTupleField ?? field, 0, TupleField.Comparer);
        if (index < 0 || reference.Instance is null)
            return Fail(reference);
        int site = Site(reference);
        return Expression(reference.Instance) is { } tuple ? new TupleItem(site, tuple, index) : null;
    }

    /// <summary>A member of this module or of another: only what instantiation knows.</summary>
    Expression? Member(IMemberReferenceOperation reference, ISymbol member, IOperation? instance)
    {
        bool own = SymbolEqualityComparer.Default.Equals(member.ContainingType, context.Type);
        if (instance is null or IInstanceReferenceOperation)
        {
            if (own && context.Members.Contains(member.Name))
                return new MemberAccess(Site(reference), null, member.Name);
            if (IsBroken(reference) || context.Refused.Contains(member))
                context.Broken();
            else if (own)
                context.Report(RuleIds.MemberCannotBeCaptured, reference.Syntax, member.Name, "its value is not known when the model is compiled", "make it a get-only property with an initialiser made of constants and constructor arguments");
            else
                context.Report(RuleIds.MemberCannotBeCaptured, reference.Syntax, member.Name, "it belongs to another class", "make it a constant or pass it as a constructor argument");
            return null;
        }
        if (!IsModuleLike(member.ContainingType))
            return Fail(reference, new("This member", "only parameters, numbers and modules of a module can be read", "declare it in a class with [Module]"));
        int site = Site(reference);
        return Expression(instance) is { } target ? new MemberAccess(site, target, member.Name) : null;
    }

    static bool IsModuleLike(ITypeSymbol? type) => type.IsAnnotated() || type.IsRepeated() || type.IsExpertGroup();

    static readonly Unsupported OfHandle = new("A property of a parameter", "only its value is part of the graph", "use the constructor arguments that give its shape");
    static readonly Unsupported OfList = new("Indexing a list of modules", "its rounds must be the same program", "write 'foreach (var module in list)'");
    static readonly Unsupported Element = new("Element access of a tensor", "a graph computes on whole tensors", "use Nn.Split, Nn.Reshape or operators");
    static readonly Unsupported OfTensor = new("A property of a tensor", "shapes are known at compile time, not read from tensors", "use constants or constructor arguments");

    // Elements may be spelled by position or by name; both stand for one underlying field.
    sealed class TupleField : IEqualityComparer<IFieldSymbol>
    {
        public static readonly TupleField Comparer = new();

        public bool Equals(IFieldSymbol x, IFieldSymbol y) => SymbolEqualityComparer.Default.Equals(x.CorrespondingTupleField ?? x, y.CorrespondingTupleField ?? y);

        public int GetHashCode(IFieldSymbol field) => (field.CorrespondingTupleField ?? field).Name.Length;
    }
}
