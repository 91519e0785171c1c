using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Model;
using Shardwright.Compiler;
using Shardwright.Generators.Pipeline;

namespace Shardwright.Generators;

/// <summary>
/// From annotated classes to training programs: extract → graphs → collect → link → compile → join → print; and, for models of other projects, extract → pack. Every arrow is a comparison by value, so an edit costs what it changes.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var models = Annotated(context, "Shardwright.ModelAttribute");
        var modules = Annotated(context, "Shardwright.ModuleAttribute");
        var settings = context.AnalyzerConfigOptionsProvider.Combine(Machines(context)).Select((pair, _) => Settings.Read(pair.Left.GlobalOptions, pair.Right)).WithTrackingName(TrackingNames.Options);

        var libraries = Libraries(models).Combine(Libraries(modules)).Select((pair, _) => Steps.Distinct(pair.Left.Concat(pair.Right))).WithTrackingName(TrackingNames.Libraries);
        var graphs = Graphs(models).Combine(Graphs(modules)).Combine(libraries).Select((pair, _) => Steps.Collect(pair.Left.Left, pair.Left.Right, pair.Right)).WithTrackingName(TrackingNames.Collect);
        var sources = Sources(models).Combine(Sources(modules)).Combine(settings).Select((pair, _) => Paths.Relative(pair.Left.Left.Concat(pair.Left.Right), pair.Right.ProjectDirectory))
            .Combine(libraries).Select((pair, _) => pair.Left.Concat(pair.Right.Select(l => l.Sources)).ToEquatable());

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

        var packed = modules.Collect().Combine(settings).SelectMany((pair, _) => Packed.Choose(pair.Left, pair.Right)).Select(Packed.Print).WithTrackingName(TrackingNames.Pack);
        context.RegisterSourceOutput(packed, (output, file) => output.AddSource(file.HintName, file.Text));

        // Locations hold syntax, so they stay out of the steps above and meet their results only here.
        var problems = printed.Where(p => p.Problem != Problem.None).Select((p, _) => p with { Files = default }).Collect();
        context.RegisterSourceOutput(problems.Combine(Locations(context)).Combine(settings), (output, pair) => Problems.Report(output, pair.Left.Left, pair.Left.Right, pair.Right));
    }

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<MachineOption>> Machines(IncrementalGeneratorInitializationContext context)
        => context.AdditionalTextsProvider.Combine(context.AnalyzerConfigOptionsProvider)
            .Where(pair => pair.Right.GetOptions(pair.Left).TryGetValue(MachineOption.Metadata, out var flag) && string.Equals(flag, "true", StringComparison.OrdinalIgnoreCase))
            .Select((pair, cancellation) => MachineOption.Read(pair.Left.Path, pair.Left.GetText(cancellation)?.ToString())).Collect();

    static IncrementalValuesProvider<Extracted> Annotated(IncrementalGeneratorInitializationContext context, string attribute)
        => context.SyntaxProvider.ForAttributeWithMetadataName(attribute, IsClass, Extracted.From).WithTrackingName(TrackingNames.Extract);

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<Compiler.Modules.ModuleGraph>> Graphs(IncrementalValuesProvider<Extracted> classes)
        => classes.Select((c, _) => c.Graph).WithTrackingName(TrackingNames.Graphs).Collect();

    static IncrementalValueProvider<EquatableArray<LibraryModule>> Libraries(IncrementalValuesProvider<Extracted> classes)
        => classes.Select((c, _) => c.Libraries).Collect().Select((all, _) => Steps.Distinct(all.SelectMany(l => l)));

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<Compiler.Modules.ModuleSources>> Sources(IncrementalValuesProvider<Extracted> classes)
        => classes.Select((c, _) => c.Sources).Collect();

    static IncrementalValueProvider<EquatableArray<ModelThresholds>> Thresholds(IncrementalGeneratorInitializationContext context)
        => context.SyntaxProvider.ForAttributeWithMetadataName("Shardwright.ModelAttribute", IsClass, ModelThresholds.FileOf)
            .Combine(context.AnalyzerConfigOptionsProvider).Select(ModelThresholds.Read).Collect().Select((thresholds, _) => thresholds.ToEquatable());

    // A record is a class, too: that it can be no model, somebody has to say.
    static bool IsClass(SyntaxNode node, CancellationToken cancellation) => node is ClassDeclarationSyntax or RecordDeclarationSyntax;

    static IncrementalValueProvider<System.Collections.Immutable.ImmutableArray<ModelLocation>> Locations(IncrementalGeneratorInitializationContext context)
        => context.SyntaxProvider.ForAttributeWithMetadataName("Shardwright.ModelAttribute", IsClass, ModelLocation.From).Collect();
}
