using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Model;
using Shardwright.Compiler;
using Shardwright.Generators.Pipeline;

namespace Shardwright.Generators;

/// <summary>
/// From annotated classes to training programs: extract → graphs → collect → link → compile → join → print. Every arrow is a comparison by value, so an edit costs what it changes.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var models = Annotated(context, "Shardwright.ModelAttribute");
        var modules = Annotated(context, "Shardwright.ModuleAttribute");
        var settings = context.AnalyzerConfigOptionsProvider.Combine(Machines(context)).Select((pair, _) => Settings.Read(pair.Left.GlobalOptions, pair.Right)).WithTrackingName(TrackingNames.Options);

        var graphs = Graphs(models).Combine(Graphs(modules)).Select((pair, _) => Steps.Collect(pair.Left, pair.Right)).WithTrackingName(TrackingNames.Collect);
        var sources = Sources(models).Combine(Sources(modules)).Combine(settings).Select((pair, _) => Paths.Relative(pair.Left.Left.Concat(pair.Left.Right), pair.Right.ProjectDirectory));

        var printed = graphs.Combine(settings.Select((s, _) => (s.Options, s.IsDisabled))).Combine(Thresholds(context))
            .SelectMany((pair, cancellation) => pair.Left.Right.IsDisabled ? [] : Steps.Link(pair.Left.Left, pair.Left.Right.Options, pair.Right, cancellation)).WithTrackingName(TrackingNames.Link)
            .Select(Steps.Compile).WithTrackingName(TrackingNames.Compile)
            .Combine(sources).Select((pair, _) => Steps.Join(pair.Left, pair.Right)).WithTrackingName(TrackingNames.Join)
            .Select(Steps.Print).WithTrackingName(TrackingNames.Print);

        context.RegisterSourceOutput(printed, (output, model) =>
        {
            foreach (var file in model.Files)
                output.AddSource(file.HintName, file.Text);
        });

        // Locations hold syntax, so they stay out of the steps above and meet their results only here.
        var problems = printed.Where(p => p.Problem != Problem.None).Select((p, _) => p with { Files = default }).Collect();
        context.RegisterSourceOutput(problems.Combine(Locations(context)).Combine(settings), (output, pair) => Problems.Report(output, pair.Left.Left, pair.Left.Right, pair.Right));
    }

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<MachineOption>> Machines(IncrementalGeneratorInitializationContext context)
        => context.AdditionalTextsProvider.Combine(context.AnalyzerConfigOptionsProvider)
            .Where(pair => pair.Right.GetOptions(pair.Left).TryGetValue(MachineOption.Metadata, out var flag) && string.Equals(flag, "true", StringComparison.OrdinalIgnoreCase))
            .Select((pair, cancellation) => MachineOption.Read(pair.Left.Path, pair.Left.GetText(cancellation)?.ToString())).Collect();

    static IncrementalValuesProvider<Extracted> Annotated(IncrementalGeneratorInitializationContext context, string attribute)
        => context.SyntaxProvider.ForAttributeWithMetadataName(attribute, (node, _) => node is ClassDeclarationSyntax, Extracted.From).WithTrackingName(TrackingNames.Extract);

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<Compiler.Modules.ModuleGraph>> Graphs(IncrementalValuesProvider<Extracted> classes)
        => classes.Select((c, _) => c.Graph).WithTrackingName(TrackingNames.Graphs).Collect();

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<Compiler.Modules.ModuleSources>> Sources(IncrementalValuesProvider<Extracted> classes)
        => classes.Select((c, _) => c.Sources).Collect();

    static IncrementalValueProvider<EquatableArray<ModelThresholds>> Thresholds(IncrementalGeneratorInitializationContext context)
        => context.SyntaxProvider.ForAttributeWithMetadataName("Shardwright.ModelAttribute", (node, _) => node is ClassDeclarationSyntax, ModelThresholds.FileOf)
            .Combine(context.AnalyzerConfigOptionsProvider).Select(ModelThresholds.Read).Collect().Select((thresholds, _) => thresholds.ToEquatable());

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<ModelLocation>> Locations(IncrementalGeneratorInitializationContext context)
        => context.SyntaxProvider.ForAttributeWithMetadataName("Shardwright.ModelAttribute", (node, _) => node is ClassDeclarationSyntax, ModelLocation.From).Collect();
}
