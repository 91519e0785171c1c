using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Shardwright.Capture.Support;

namespace Shardwright.Capture.Reuse;

/// <summary>
/// Gives the last capture of a class again as long as it would come out the same: its own files and those of the helpers that it reaches are the same trees, and all that other files declare under names that it may reach is as it was.
/// Editors compile anew after every key, and binding a body with operators on tensors costs far more than all the rest of an edit. Generator and analyzer share what is remembered.
/// </summary>
public static class CaptureMemo
{
    // Weak: a class is forgotten with its file.
    static readonly ConditionalWeakTable<SyntaxTree, Dictionary<string, Entry>> files = new();

    sealed record Entry(CapturedModule Module, Surroundings Surroundings)
    {
        /// <summary>The names that it may reach, once someone had to know. They stay the same as long as the entry is valid.</summary>
        public HashSet<string>? Names { get; set; }
    }

    /// <summary>As <see cref="ModuleCapture.Capture"/>, with paths as the compiler has them.</summary>
    public static CapturedModule Capture(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        if (SourceFiles.Declarations(type, compilation, cancellation).FirstOrDefault()?.SyntaxTree is not { } file)
            return ModuleCapture.Capture(type, compilation, null, cancellation);
        var surroundings = Surroundings.Of(compilation);
        var classes = files.GetOrCreateValue(file);
        string name = type.FullName();
        lock (classes)
            if (classes.TryGetValue(name, out var entry) && IsValid(entry, surroundings))
            {
                classes[name] = entry with { Surroundings = surroundings };
                return entry.Module;
            }
        var module = ModuleCapture.Capture(type, compilation, null, cancellation);
        lock (classes)
            classes[name] = new(module, surroundings);
        return module;
    }

    /// <summary>All annotated classes of a compilation, in the order of files and lines: side by side, since binding is slow and the compiler's steps are one after the other.</summary>
    public static IReadOnlyList<CapturedModule> CaptureAll(Compilation compilation, CancellationToken cancellation)
    {
        var types = AnnotatedClasses.In(compilation, cancellation).ToList();
        var modules = new CapturedModule[types.Count];
        Parallel.For(0, modules.Length, new ParallelOptions { CancellationToken = cancellation }, i => modules[i] = Capture(types[i], compilation, cancellation));
        return modules;
    }

    /// <summary>Captures all classes of a compilation when the first one is asked for: a generator is asked for one after the other. What fails here fails again for whoever asks.</summary>
    public static void Prepare(Compilation compilation, CancellationToken cancellation)
    {
        if (!Surroundings.Of(compilation).TakePreparation())
            return;
        try
        {
            CaptureAll(compilation, cancellation);
        }
        catch (AggregateException)
        {
        }
    }

    static bool IsValid(Entry entry, Surroundings now)
    {
        // What generated code adds can mend a class that does not compile, but not change one that does.
        bool isClean = entry.Module.Diagnostics.Count == 0 && !entry.Module.Graph.HasErrors;
        if (!isClean && !now.HasGeneratedTreesOf(entry.Surroundings) || now.ChangedSince(entry.Surroundings) is not { } change || entry.Module.Files.Any(change.Replaced.Contains))
            return false;
        // A class with errors may wait for a name that nobody has declared yet, in ways that only the compiler knows.
        return change.Declarations.Count == 0 || isClean && !change.Declarations.Any(d => d.IsReachedBy(entry.Names ??= entry.Surroundings.NamesReachedFrom(entry.Module.Files)));
    }
}
