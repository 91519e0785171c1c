using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Capture.Model;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Advice;

namespace Shardwright.Generators.Pipeline;

/// <summary>The thresholds that hold for the file of a model: the plan that travels in the assembly has the rules' findings.</summary>
internal sealed record ModelThresholds(string Type, Thresholds Thresholds)
{
    /// <summary>A model and its file. Holds syntax, so only <see cref="Read"/> may follow.</summary>
    public static (string Type, SyntaxTree Tree) FileOf(GeneratorAttributeSyntaxContext context, CancellationToken cancellation) => (((INamedTypeSymbol)context.TargetSymbol).FullName(), context.TargetNode.SyntaxTree);

    public static ModelThresholds Read(((string Type, SyntaxTree Tree) Model, AnalyzerConfigOptionsProvider Options) pair, CancellationToken cancellation)
        => new(pair.Model.Type, ThresholdOptions.Read(pair.Options.GetOptions(pair.Model.Tree)).Thresholds);
}
