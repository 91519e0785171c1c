using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler;

/// <summary>
/// What the build says of a model: mesh and number format that override its own (<c>build_property.ShardwrightMesh</c>, <c>…Precision</c>), and the machine that it is planned for (<c>…Target</c>, <c>…Placement</c>, machine files).
/// </summary>
public sealed record CompilerOptions(int? Data, int? Expert)
{
    /// <summary>Whether editing <c>[Mesh]</c> would change nothing.</summary>
    public bool OverridesMesh => Data is not null || Expert is not null;

    public PrecisionOption? Precision { get; init; }

    /// <summary>Name of the target, one that exists: built in or in <see cref="Machines"/>.</summary>
    public string Target { get; init; } = MachineCatalog.Default;

    /// <summary>Which ranks lie next to each other: those of an expert group, or an expert's replicas; null for whichever is faster.</summary>
    public bool? ExpertInnermost { get; init; }

    /// <summary>The user's own machines, by name and by their files' text.</summary>
    public EquatableArray<MachineText> Machines { get; init; }

    /// <summary>The target.</summary>
    public Machine Machine() => Machines.FirstOrDefault(m => m.Name == Target) is { } own ? own.Machine() : MachineCatalog.Find(Target) ?? MachineCatalog.Find(MachineCatalog.Default)!;
}

/// <summary>A machine of the user's: compared by the text of its file, which has been read once without errors.</summary>
public sealed record MachineText(string Name, string Path, string Text)
{
    public Machine Machine() => MachineFile.Read(Text, Path);
}

/// <summary>A model with the modules it reaches: everything its program depends on, and nothing else.</summary>
public sealed record LinkedModel(string Type, EquatableArray<ModuleGraph> Modules, CompilerOptions Options)
{
    public ModuleGraph Model => Modules.First(m => m.Type == Type);

    /// <summary>Whether a reached class has source here.</summary>
    public bool HasSource(string type) => Modules.Any(m => m.Type == type && m.Library is null);

    /// <summary>Thresholds of the rules, as the options of the model's file set them.</summary>
    public Thresholds Thresholds { get; init; } = Thresholds.None;

    /// <summary>The model as it would be with <c>[Recompute]</c> on a class, or on a property of it: compile it to learn what peak and step would be.</summary>
    /// <param name="type">A class that the model reaches.</param>
    /// <param name="member">A property of it that holds modules; null for the class itself.</param>
    public LinkedModel WithRecompute(string type, string? member = null) => this with
    {
        Modules = Modules.Select(m => m.Type != type ? m : member is null ? m with { Recompute = true }
            : m with { Members = m.Members.Select(p => p.Name == member ? p with { Recompute = true } : p).ToEquatable() }).ToEquatable(),
    };
}

/// <summary>A file to add to the user's compilation.</summary>
public sealed record EmittedFile(string HintName, string Text);

/// <summary>A compiled model. Two are equal when the linked models are: compilation is a pure function.</summary>
public sealed class CompiledModel : IEquatable<CompiledModel>
{
    readonly Lazy<(EquatableArray<Finding> Findings, EquatableArray<CompilerDiagnostic> Defects)> advice;

    public CompiledModel(LinkedModel linked, ModelPlan? plan, EquatableArray<CompilerDiagnostic> diagnostics)
    {
        (Linked, Plan, Diagnostics) = (linked, plan, diagnostics);
        advice = new(() => Advisor.Run(this));
    }

    /// <summary>A model that could not be compiled.</summary>
    public CompiledModel(LinkedModel linked, EquatableArray<CompilerDiagnostic> diagnostics) : this(linked, null, diagnostics)
    {
    }

    /// <summary>The plan; null when there are diagnostics.</summary>
    public ModelPlan? Plan { get; }

    public LinkedModel Linked { get; }

    /// <summary>Empty when the model can be printed.</summary>
    public EquatableArray<CompilerDiagnostic> Diagnostics { get; }

    /// <summary>What the rules find in the plan, found when it is first asked for.</summary>
    public EquatableArray<Finding> Findings => advice.Value.Findings;

    /// <summary>Rules that failed: defects of ours.</summary>
    public EquatableArray<CompilerDiagnostic> Defects => advice.Value.Defects;

    public bool Equals(CompiledModel? other) => other is not null && Linked == other.Linked;

    public override bool Equals(object? obj) => Equals(obj as CompiledModel);

    public override int GetHashCode() => Linked.GetHashCode();
}

/// <summary>The compiler, free of Roslyn: from captured modules to printed C#.</summary>
public static class ModelCompiler
{
    /// <summary>Picks the modules that <paramref name="modelType"/> reaches, sorted by name.</summary>
    public static LinkedModel Link(string modelType, IReadOnlyList<ModuleGraph> modules, CompilerOptions options)
    {
        var byName = modules.GroupBy(m => m.Type).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var reached = new SortedDictionary<string, ModuleGraph>(StringComparer.Ordinal);
        Visit(modelType);
        if (options.Precision is { } precision && reached.TryGetValue(modelType, out var model))
            reached[modelType] = model with { Precision = precision };
        return new(modelType, reached.Values.ToEquatable(), options);

        void Visit(string type)
        {
            if (reached.ContainsKey(type) || !byName.TryGetValue(type, out var graph))
                return;
            reached.Add(type, graph);
            foreach (var member in graph.Members)
                if (member.HeldType is { } held)
                    Visit(held);
        }
    }

    /// <summary>Instantiates, checks, shards, differentiates and plans the model. Never throws on a user's mistake.</summary>
    public static CompiledModel Compile(LinkedModel model)
    {
        var (plan, diagnostics) = PlanModel.Run(model);
        return new(model, plan, diagnostics.ToEquatable());
    }

    /// <summary>Prints the program; positions join here, last.</summary>
    public static EquatableArray<EmittedFile> Print(CompiledModel model, IReadOnlyList<ModuleSources> sources) =>
        model.Plan is null ? PrintSurface(model.Linked) : ModelPrinter.Print(model.Linked, model.Plan, model.Findings, sources);

    /// <summary>Prints the public surface alone, with bodies that throw, so that one mistake is one message; nothing where that could not compile either.</summary>
    public static EquatableArray<EmittedFile> PrintSurface(LinkedModel model) => model.Model.Options is { IsExtensible: false } ? default : SurfacePrinter.Print(model);
}
