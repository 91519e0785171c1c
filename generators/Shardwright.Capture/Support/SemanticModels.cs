using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Support;

/// <summary>Semantic models for capture, which asks what expressions mean and never whether they may be null.</summary>
internal static class SemanticModels
{
    static volatile bool hasOptions = true;

    /// <summary>Without nullable analysis, which the first question about a method would otherwise run over all of it: half the time of a capture.</summary>
    public static SemanticModel Of(Compilation compilation, SyntaxTree tree)
    {
        if (hasOptions)
            try
            {
                return WithoutNullability(compilation, tree);
            }
            catch (Exception gone) when (gone is MissingMemberException or TypeLoadException)
            {
                // The overload is marked experimental: a later compiler may lack it.
                hasOptions = false;
            }
        return compilation.GetSemanticModel(tree);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static SemanticModel WithoutNullability(Compilation compilation, SyntaxTree tree)
#pragma warning disable RSEXPERIMENTAL001
        => compilation.GetSemanticModel(tree, SemanticModelOptions.DisableNullableAnalysis);
#pragma warning restore RSEXPERIMENTAL001
}
