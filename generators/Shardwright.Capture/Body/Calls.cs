using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

internal sealed partial class BodyCapture
{
    Expression? Invocation(IInvocationOperation call)
    {
        var target = call.TargetMethod;
        if (target.ContainingType.Is("Nn"))
            return Arguments(call) is { } operands ? new OperationCall(Site(call), target.Name, operands) : null;
        if (IsMath(target))
            return Mathematics(call);
        if (target.ContainingType.IsExpertGroup() && target.Name == "Forward" && call.Instance is not null)
            return Called(call, null, "Forward");
        if (target.MethodKind is MethodKind.LocalFunction)
            return Fail(call, new("A local function", "only methods have a graph", "make it a private method"));
        if (target.MethodKind is not (MethodKind.Ordinary or MethodKind.ReducedExtension))
            return Fail(call);
        target = target.ReducedFrom ?? target;
        if (!SourceFiles.HasSource(target, context.Compilation))
            return target is { IsStatic: false, ContainingType: var type } && type.IsAnnotated() ? OfLibrary(call, target, type) : WithoutSource(call, target);
        if (target.IsGenericMethod || target.ContainingType.Name.Length == 0 || (target.ContainingType.IsGenericType && !SymbolEqualityComparer.Default.Equals(target.ContainingType, context.Type)))
            return Fail(call, new("A generic or extension-block method", "a graph has one type for every value", "write an ordinary static method"));
        return target.IsStatic ? Helper(call, target) : OfModule(call, target);
    }

    Expression? Helper(IInvocationOperation call, IMethodSymbol target)
    {
        context.Reach(target);
        return Arguments(call) is { } arguments ? new MethodCall(Site(call), null, null, MethodKeys.DocumentationId(target), arguments) : null;
    }

    Expression? OfLibrary(IInvocationOperation call, IMethodSymbol target, INamedTypeSymbol type)
    {
        string name = type.FullName();
        if (context.UnusableLibraries.Contains(name) || !(context.Libraries.ContainsKey(name) || new LibraryReach(context, call.Syntax.GetLocation()).Follow(type)))
        {
            context.Broken();
            return null;
        }
        return OfModule(call, target, context.Libraries[name].Graph);
    }

    Expression? OfModule(IInvocationOperation call, IMethodSymbol target, ModuleGraph? library = null)
    {
        if (target.IsAbstract || target.IsVirtual || target.IsOverride)
            return Fail(call, new("A virtual method", "which body runs is not known at compile time", "call a method that is not virtual"));
        if (call.Instance is IInstanceReferenceOperation)
        {
            context.Reach(target);
            return Arguments(call) is { } own ? new MethodCall(Site(call), null, null, MethodKeys.Of(target, context.Compilation), own) : null;
        }
        if (!target.ContainingType.IsAnnotated())
        {
            if (context.Refused.Contains(target.ContainingType))
                context.Broken();
            else
                context.Report(RuleIds.MemberCannotBeCaptured, call.Syntax, target.ContainingType.Name, "its class is no module", "put [Module] on the class");
            return null;
        }
        if (!target.ReturnType.IsTensor() && !target.ReturnType.IsTensorTuple())
            return Fail(call, new("A method of another module that returns no tensor", "only its tensor methods have a graph", "make it a property with an initialiser"));
        return Called(call, target.ContainingType.FullName(), library is null ? MethodKeys.Of(target, context.Compilation) : MethodKeys.In(library, target));
    }

    Expression? Called(IInvocationOperation call, string? type, string key)
    {
        int site = Site(call);
        var instance = Expression(call.Instance!);
        var arguments = Arguments(call);
        return instance is null || arguments is null ? null : new MethodCall(site, instance, type, key, arguments.Value);
    }

    Expression? WithoutSource(IInvocationOperation call, IMethodSymbol target)
    {
        if (IsBroken(call))
        {
            context.Broken();
            return null;
        }
        context.Report(RuleIds.NoSource, call.Syntax, $"{target.ContainingType.Name}.{target.Name}", target.ContainingNamespace.IsTensors() ? "use the functions of Nn" : "use Nn, operators, or a method of this project");
        return null;
    }

    static bool IsMath(IMethodSymbol method)
        => method is { IsStatic: true, Name: "Min" or "Max" or "Sqrt" or "Abs", ContainingType: { Name: "Math" or "MathF", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } }
            && Literals.NumericType(method.ReturnType.SpecialType) != "";

    // MathF.Sqrt is Math.Sqrt rounded to float: a correctly rounded root of 53 bits, rounded again to 24, is the correctly rounded one (53 ≥ 2·24 + 2).
    Expression? Mathematics(IInvocationOperation call)
    {
        int site = Site(call);
        if (Arguments(call) is not { } arguments)
            return null;
        var method = call.TargetMethod;
        if (method.ContainingType.Name != "MathF" || method.Name != "Sqrt")
            return new OperationCall(site, "Math." + method.Name, arguments);
        var wide = arguments.Select(a => a with { Value = new NumericCast(a.Value.Site, "double", a.Value) }).ToEquatable();
        return new NumericCast(site, "float", new OperationCall(site, "Math.Sqrt", wide));
    }
}
