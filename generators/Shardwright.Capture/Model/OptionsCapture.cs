using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Members;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Model;

/// <summary>What <c>[Mesh]</c> and <c>[Training]</c> say.</summary>
internal static class OptionsCapture
{
    public static ModelOptions Capture(ModuleContext context, bool declaresConstructor)
    {
        var type = context.Type;
        var (mesh, training) = (type.Find("MeshAttribute"), type.Find("TrainingAttribute"));
        int data = Positive(context, mesh, "Data");
        int expert = Positive(context, mesh, "Expert");
        int microBatches = Positive(context, training, "MicroBatches");
        bool clip = training is null || Annotations.Named(training, "Clip") is not { Value: false };
        var optimizer = training is { ConstructorArguments: { Length: 1 } arguments } ? Literals.EnumName(arguments[0]) : "AdamW";
        if (optimizer is null)
            Report(context, training!, "Optimizer", "a member of Optimizer");
        var space = type.ContainingNamespace is { IsGlobalNamespace: false } named ? named.ToDisplayString() : "";
        return new(space, type.Name, type.DeclaredAccessibility == Accessibility.Public ? "public" : "internal", declaresConstructor, data, expert, optimizer ?? "AdamW", microBatches, clip)
        {
            MeshSite = mesh?.ApplicationSyntaxReference?.GetSyntax(context.Cancellation) is { } syntax ? context.Site(syntax) : -1,
        };
    }

    static int Positive(ModuleContext context, AttributeData? attribute, string name)
    {
        if (attribute is null || Annotations.Named(attribute, name) is not { Value: int value })
            return 1;
        if (value >= 1)
            return value;
        Report(context, attribute, $"{name} = {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}", $"a positive {name}");
        return 1;
    }

    static void Report(ModuleContext context, AttributeData attribute, string got, string need)
    {
        var syntax = attribute.ApplicationSyntaxReference?.GetSyntax(context.Cancellation) as AttributeSyntax;
        var argument = syntax?.ArgumentList?.Arguments.FirstOrDefault(a => (a.NameEquals?.Name.Identifier.ValueText ?? "Optimizer") == got.Split(' ')[0]);
        context.Report(RuleIds.OptionOutOfRange, ((SyntaxNode?)argument ?? syntax)?.GetLocation() ?? Location.None, $"[{attribute.AttributeClass?.Name.Replace("Attribute", "")}({got})]", need);
    }
}
