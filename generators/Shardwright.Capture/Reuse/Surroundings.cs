using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Shardwright.Capture.Support;

namespace Shardwright.Capture.Reuse;

/// <summary>What the meaning of a class may depend on in one compilation: references, options, and its trees.</summary>
internal sealed class Surroundings
{
    static readonly ConditionalWeakTable<Compilation, Surroundings> known = new();

    readonly ImmutableArray<MetadataReference> references;
    readonly CompilationOptions options;
    readonly string? assembly;
    readonly ImmutableArray<SyntaxTree> trees, generated;
    (Surroundings Older, HashSet<SyntaxTree>? Changed)? last;

    Surroundings(Compilation compilation)
    {
        (references, options, assembly) = (compilation.ExternalReferences, compilation.Options, compilation.AssemblyName);
        var all = compilation.SyntaxTrees.ToLookup(SourceFiles.IsGenerated);
        (trees, generated) = ([.. all[false]], [.. all[true]]);
    }

    public static Surroundings Of(Compilation compilation) => known.GetValue(compilation, c => new(c));

    public bool HasGeneratedTreesOf(Surroundings other) => generated.SequenceEqual(other.generated);

    /// <summary>
    /// The trees of <paramref name="older"/> that were replaced since by others which declare the same and differ in bodies only; null when more than that is different. Generated trees do not count: capture does not read them.
    /// </summary>
    public HashSet<SyntaxTree>? ChangedSince(Surroundings older)
    {
        lock (known)
        {
            // All classes of a compilation were last captured, or found unchanged, in the same earlier one.
            if (last is not { } answer || answer.Older != older)
                last = answer = (older, Compare(older));
            return answer.Changed;
        }
    }

    HashSet<SyntaxTree>? Compare(Surroundings older)
    {
        if (this == older)
            return [];
        if (trees.Length != older.trees.Length || assembly != older.assembly || !options.Equals(older.options) || references != older.references && !references.SequenceEqual(older.references))
            return null;
        var changed = new HashSet<SyntaxTree>();
        for (int i = 0; i < trees.Length; i++)
            if (trees[i] != older.trees[i])
            {
                if (trees[i].FilePath != older.trees[i].FilePath || !trees[i].Options.Equals(older.trees[i].Options) || !trees[i].IsEquivalentTo(older.trees[i], topLevel: true))
                    return null;
                changed.Add(older.trees[i]);
            }
        return changed;
    }
}
