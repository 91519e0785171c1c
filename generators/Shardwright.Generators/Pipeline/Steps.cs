using Shardwright.Capture.Libraries;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Modules;

namespace Shardwright.Generators.Pipeline;

/// <summary>Pure functions between the steps. A fault of ours costs one model its code, never all models theirs.</summary>
internal static class Steps
{
    /// <summary>Sorted and unique, so that the order of files does not show.</summary>
    public static EquatableArray<ModuleGraph> Collect(IEnumerable<ModuleGraph> models, IEnumerable<ModuleGraph> modules, IEnumerable<LibraryModule> libraries)
        => models.Concat(modules).Concat(libraries.Select(l => l.Graph)).GroupBy(m => m.Type, StringComparer.Ordinal).Select(g => g.First()).OrderBy(m => m.Type, StringComparer.Ordinal).ToEquatable();

    public static EquatableArray<LibraryModule> Distinct(IEnumerable<LibraryModule> libraries)
        => libraries.GroupBy(m => m.Graph.Type, StringComparer.Ordinal).Select(g => g.First()).OrderBy(m => m.Graph.Type, StringComparer.Ordinal).ToEquatable();

    public static IEnumerable<Attempt<LinkedModel>> Link(EquatableArray<ModuleGraph> graphs, CompilerOptions options, EquatableArray<ModelThresholds> thresholds, CancellationToken cancellation)
    {
        var linked = new List<Attempt<LinkedModel>>();
        foreach (var graph in graphs)
        {
            cancellation.ThrowIfCancellationRequested();
            if (graph.IsModel)
                linked.Add(Attempt.Of(graph.Type, () => ModelCompiler.Link(graph.Type, graphs, options) with
                {
                    Thresholds = thresholds.FirstOrDefault(t => t.Type == graph.Type)?.Thresholds ?? Thresholds.None,
                }));
        }
        // The steps that follow run one after the other; this is where several models can use several cores.
        CompilationMemo.Prepare([.. linked.Select(l => l.Value).OfType<LinkedModel>().Where(m => !m.Modules.Any(g => g.HasErrors))], cancellation);
        return linked;
    }

    public static Attempt<CompiledModel> Compile(Attempt<LinkedModel> linked, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return linked.Then(model => model.Modules.Any(m => m.HasErrors) ? new CompiledModel(model, default) : CompilationMemo.Compile(model));
    }

    /// <summary>The compiled model with the sources of its modules: only here do positions meet the plan.</summary>
    public static Joined Join(Attempt<CompiledModel> compiled, EquatableArray<ModuleSources> sources)
    {
        var types = new HashSet<string>(compiled.Value?.Linked.Modules.Select(m => m.Type) ?? [], StringComparer.Ordinal);
        return new(compiled, sources.Where(s => types.Contains(s.Type)).ToEquatable());
    }

    public static Printed Print(Joined joined, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var compiled = joined.Compiled;
        if (compiled.Value is not { } model)
            return new(compiled.Type, default, Problem.Internal, compiled.Fault ?? "");
        bool broken = model.Diagnostics.Count > 0 || model.Linked.Modules.Any(m => m.HasErrors);
        var files = compiled.Then(m => broken ? ModelCompiler.PrintSurface(m.Linked) : ModelCompiler.Print(m, joined.Sources));
        return files.Fault is { } fault ? new(compiled.Type, default, Problem.Internal, fault) : new(compiled.Type, files.Value, broken ? Problem.Diagnostics : Problem.None, Reason(model));
    }

    static string Reason(CompiledModel model)
    {
        var broken = model.Linked.Modules.Where(m => m.HasErrors).Select(m => m.Type).Concat(model.Diagnostics.Select(d => d.WithSource(model.Linked.HasSource)?.Type ?? model.Linked.Type)).Distinct(StringComparer.Ordinal);
        return string.Join(", ", broken.OrderBy(t => t, StringComparer.Ordinal));
    }
}
