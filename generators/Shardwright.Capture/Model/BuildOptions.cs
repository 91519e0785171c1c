using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Compiler;

namespace Shardwright.Capture.Model;

/// <summary>The build properties that override what a model says of itself, read once for generator and analyzers.</summary>
public static class BuildOptions
{
    public static (CompilerOptions Options, EquatableArray<(string Got, string Need)> Errors) Read(AnalyzerConfigOptions options, EquatableArray<MachineText> machines = default)
    {
        var (target, targetError, targetNeed) = TargetOption.Parse(Value(options, TargetOption.Property), machines);
        var (innermost, placementError) = TargetOption.ParsePlacement(Value(options, TargetOption.PlacementProperty));
        var mesh = MeshOption.Parse(Value(options, MeshOption.Property));
        var precision = PrecisionProperty.Parse(Value(options, PrecisionProperty.Property));
        var errors = new List<(string, string)>();
        if (mesh.Error is not null)
            errors.Add((mesh.Error, "'data=N expert=M' with positive numbers, separated by a space or ';'"));
        if (precision.Error is not null)
            errors.Add((precision.Error, PrecisionProperty.Need));
        if (targetError is not null)
            errors.Add((targetError, targetNeed));
        if (placementError is not null)
            errors.Add((placementError, TargetOption.PlacementNeed));
        return (mesh.Options with { Precision = precision.Option, Target = target, ExpertInnermost = innermost, Machines = machines }, errors.ToEquatable());
    }

    static string? Value(AnalyzerConfigOptions options, string name) => options.TryGetValue(name, out var value) ? value : null;
}
