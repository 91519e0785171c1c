using Microsoft.CodeAnalysis;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Reuse;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Generators.Pipeline;

/// <summary>The first step's value: a class's graph and, apart from it, where its sites lie; and the modules of referenced assemblies that it reaches.</summary>
internal sealed record Extracted(ModuleGraph Graph, ModuleSources Sources, EquatableArray<LibraryModule> Libraries)
{
    /// <summary>Runs for every annotated class on every edit, so it only extracts.</summary>
    public static Extracted From(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        CaptureMemo.Prepare(context.SemanticModel.Compilation, cancellation);
        // Paths stay as the compiler has them: the project's directory is known to a later step only.
        var module = CaptureMemo.Capture((INamedTypeSymbol)context.TargetSymbol, context.SemanticModel.Compilation, cancellation);
        return new(module.Graph, module.Sources, module.Libraries);
    }
}
