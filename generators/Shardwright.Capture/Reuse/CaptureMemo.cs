using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Shardwright.Capture.Support;

namespace Shardwright.Capture.Reuse;

/// <summary>
/// Gives the last capture of a class again as long as it would come out the same: its own files and those of the helpers that it reaches are the same trees, and all other files declare what they declared.
/// Editors compile anew after every key, and binding a body with operators on tensors costs far more than all the rest of an edit. Generator and analyzer share what is remembered.
/// </summary>
public static class CaptureMemo
{
    // Weak: a class is forgotten with its file.
    static readonly ConditionalWeakTable<SyntaxTree, Dictionary<string, Entry>> files = new();

    sealed record Entry(CapturedModule Module, Surroundings Surroundings);

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

    static bool IsValid(Entry entry, Surroundings now)
    {
        // What generated code adds can mend a class that does not compile, but not change one that does.
        bool isClean = entry.Module.Diagnostics.Count == 0 && !entry.Module.Graph.HasErrors;
        return (isClean || now.HasGeneratedTreesOf(entry.Surroundings)) && now.ChangedSince(entry.Surroundings) is { } changed && !entry.Module.Files.Any(changed.Contains);
    }
}
