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
    (Surroundings Older, SurroundingsChange? Change)? last;
    int preparations;

    Surroundings(Compilation compilation)
    {
        (references, options, assembly) = (compilation.ExternalReferences, compilation.Options, compilation.AssemblyName);
        var all = compilation.SyntaxTrees.ToLookup(SourceFiles.IsGenerated);
        (trees, generated) = ([.. all[false]], [.. all[true]]);
    }

    public static Surroundings Of(Compilation compilation) => known.GetValue(compilation, c => new(c));

    /// <summary>True for the first who asks.</summary>
    public bool TakePreparation() => Interlocked.Exchange(ref preparations, 1) == 0;

    public bool HasGeneratedTreesOf(Surroundings other) => generated.SequenceEqual(other.generated);

    /// <summary>What is different since <paramref name="older"/>; null when it may concern every class. Generated trees do not count: capture does not read them.</summary>
    public SurroundingsChange? ChangedSince(Surroundings older)
    {
        lock (known)
        {
            // All classes of a compilation were last captured, or found unchanged, in the same earlier one.
            if (last is not { } answer || answer.Older != older)
                last = answer = (older, Compare(older));
            return answer.Change;
        }
    }

    /// <summary>
    /// All names by which the code of some files may reach a declaration: those that it writes, and those that the declarations of these names write in turn, for the types of what it touches.
    /// </summary>
    public HashSet<string> NamesReachedFrom(IEnumerable<SyntaxTree> files)
    {
        var all = trees.Select(FileDeclarations.Of).ToList();
        var names = new HashSet<string>(files.SelectMany(f => FileDeclarations.Of(f).AllNames).Concat(all.SelectMany(f => f.EverywhereNames)), StringComparer.Ordinal);
        var rest = all.SelectMany(f => f.All).ToList();
        for (int before = -1; before != names.Count;)
        {
            before = names.Count;
            rest.RemoveAll(declaration =>
            {
                bool isReached = declaration.IsReachedBy(names);
                if (isReached)
                    names.UnionWith(declaration.Mentions);
                return isReached;
            });
        }
        return names;
    }

    SurroundingsChange? Compare(Surroundings older)
    {
        if (this == older)
            return new([], []);
        if (trees.Length != older.trees.Length || assembly != older.assembly || !options.Equals(older.options) || references != older.references && !references.SequenceEqual(older.references))
            return null;
        var replaced = new HashSet<SyntaxTree>();
        var declarations = new List<Declaration>();
        for (int i = 0; i < trees.Length; i++)
            if (trees[i] != older.trees[i])
            {
                if (trees[i].FilePath != older.trees[i].FilePath || !trees[i].Options.Equals(older.trees[i].Options))
                    return null;
                replaced.Add(older.trees[i]);
                if (trees[i].IsEquivalentTo(older.trees[i], topLevel: true))
                    continue;
                if (FileDeclarations.Of(trees[i]).ChangedSince(FileDeclarations.Of(older.trees[i])) is not { } changed)
                    return null;
                declarations.AddRange(changed);
            }
        return new(replaced, declarations);
    }
}

/// <summary>What differs between two compilations: the older one's trees that were replaced, and the declarations that are not the same any more, in both versions.</summary>
internal sealed record SurroundingsChange(HashSet<SyntaxTree> Replaced, IReadOnlyList<Declaration> Declarations);
