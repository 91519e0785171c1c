using System.Globalization;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Passes;

/// <summary>Reads the inputs of Loss and Forward from their annotations. Dimension 0 of every input is the global micro-batch's sequences, sharded over Data.</summary>
public static class ModelInputs
{
    public static (IReadOnlyList<InputDeclaration> All, IReadOnlyList<InputDeclaration> Forward) Read(LinkedModel linked, DeviceMesh mesh, ShapeReport report)
    {
        var model = linked.Model;
        var source = new SourceRef(model.Type, -1, -1);
        Method? forward = Find(model, "Forward"), loss = Find(model, "Loss");
        if (forward is null || loss is null)
        {
            report.Error(Rules.MissingInput, source, $"{model.Type} has no {(forward is null ? "Forward" : "Loss")}; a model needs Tensor<float> Forward(…) and a scalar Tensor<float> Loss(…)");
            return ([], []);
        }
        var parameters = loss.Parameters.Concat(forward.Parameters).Where(p => p.Kind is "tensor" or "integers").GroupBy(p => p.Name).ToList();
        var inputs = new List<InputDeclaration>();
        foreach (var parameter in parameters)
        {
            var annotated = parameter.FirstOrDefault(p => p.Shape.Count > 0);
            var at = new SourceRef(model.Type, -1, (annotated ?? parameter.First()).Site);
            if (annotated is null)
            {
                report.Error(Rules.MissingInput, at, $"input '{parameter.Key}' has no [Shape]; write [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] on it in Forward or Loss");
                continue;
            }
            var shape = annotated.Shape.Select(d => Dimension(model, d)).ToList();
            if (shape.FindIndex(s => s is null or < 1) is >= 0 and var wrong)
                report.Error(Rules.MissingInput, at, $"[Shape({string.Join(", ", annotated.Shape)})] on '{parameter.Key}': '{annotated.Shape[wrong]}' is {(shape[wrong] is { } size ? $"{size}; need a positive number" : $"neither a positive number nor a constant of {model.Type}")}");
            else if (!Limits.Holds(shape.OfType<int>()))
                report.Error(Rules.ShapeMismatch, at, $"input '{parameter.Key}' [{string.Join(", ", shape)}] has more than {Limits.Elements} elements; use smaller sizes");
            else if (!annotated.Shards.Any(s => s is { Axis: "Data", Dimension: 0 }))
                report.Error(Rules.MissingInput, at, $"input '{parameter.Key}' is not split over the data ranks; add [Shard(MeshAxis.Data, Dimension = 0)]");
            else if (shape[0] % mesh.Data != 0)
                MeshMistakes.Batch(linked, parameter.Key, annotated, shape[0]!.Value, mesh, report);
            else if (inputs.Count > 0 && inputs[0].Shape[0] != shape[0])
                report.Error(Rules.ShapeMismatch, at, $"inputs '{inputs[0].Name}' and '{parameter.Key}' hold {inputs[0].Shape[0]} and {shape[0]} sequences; all inputs share the batch");
            else
                inputs.Add(new(inputs.Count, parameter.Key, annotated.Kind == "integers" ? ElementType.Int32 : ElementType.Float32, shape.Select(s => s!.Value).ToEquatable(), true));
        }
        if (inputs.Count == 0 && report.Diagnostics.Count == 0)
            report.Error(Rules.MissingInput, source, $"{model.Type}.Loss has no tensor input to train on");
        return (inputs, inputs.Where(i => forward.Parameters.Any(p => p.Name == i.Name)).ToList());
    }

    /// <summary>Sequences of a global micro-batch: dimension 0 of the first input that has a shape; null where it is no positive number.</summary>
    public static int? Batch(ModuleGraph model) => Annotated(model).Select(p => Dimension(model, p.Shape[0])).FirstOrDefault() is { } batch and > 0 ? batch : null;

    /// <summary>The parameters of Loss and Forward that have a shape.</summary>
    public static IEnumerable<MethodParameter> Annotated(ModuleGraph model) => new[] { Find(model, "Loss"), Find(model, "Forward") }.OfType<Method>().SelectMany(m => m.Parameters).Where(p => p.Shape.Count > 0);

    static Method? Find(ModuleGraph model, string name) => model.Methods.FirstOrDefault(m => m.Name == name && !m.IsStatic);

    static int? Dimension(ModuleGraph model, string text) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number
        : model.Constants.FirstOrDefault(c => c.Name == text)?.Value as int?;
}
