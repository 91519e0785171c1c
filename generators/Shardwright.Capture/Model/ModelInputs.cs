using Microsoft.CodeAnalysis;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Model;

/// <summary>A model's way in: a public <c>Forward</c> and a public <c>Loss</c> whose tensors all have a shape, in either of the two.</summary>
internal static class ModelInputs
{
    public static void Check(ModuleContext context, Location name, IReadOnlyList<Method> methods)
    {
        var shaped = new HashSet<string>(methods.Where(m => m.Name is "Forward" or "Loss").SelectMany(m => m.Parameters).Where(p => p.Shape.Count > 0).Select(p => p.Name), StringComparer.Ordinal);
        Entry(context, name, "Forward", "the outputs", shaped);
        Entry(context, name, "Loss", "what training makes small", shaped);
    }

    static void Entry(ModuleContext context, Location name, string method, string returns, HashSet<string> shaped)
    {
        var candidates = context.Type.GetMembers(method).OfType<IMethodSymbol>().Where(m => SourceFiles.HasSource(m, context.Compilation)).ToArray();
        void Report(Location at, string problem, string fix) => context.Report(RuleIds.ModelInputs, at, context.Type.Name, problem, fix);

        if (candidates.Length == 0)
            Report(name, $"has no method '{method}'", $"write 'public Tensor<float> {method}(…)' that returns {returns}");
        else if (candidates.Length > 1)
            Report(Identifier(candidates[1]), $"has several methods '{method}'", "keep one");
        else if (candidates[0] is { DeclaredAccessibility: not Accessibility.Public } or { IsStatic: true } || (!candidates[0].ReturnType.IsTensor() && candidates[0].ReturnType.TypeKind != TypeKind.Error))
            Report(Identifier(candidates[0]), $"needs a public instance method '{method}' that returns a tensor", $"write 'public Tensor<float> {method}(…)'");
        else
            foreach (var parameter in candidates[0].Parameters.Where(p => p.Type.HoldsData() && !shaped.Contains(p.Name)))
                if (shaped.Add(parameter.Name))     // once: a shape in either method serves both
                    Report(Identifier(parameter), $"has the input '{parameter.Name}' without a shape", "write '[Shape(nameof(Batch), nameof(Context))]' before it, with the names of constants");
    }

    static Location Identifier(ISymbol symbol) => symbol.Locations.FirstOrDefault() ?? Location.None;
}
