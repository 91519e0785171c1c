using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>A change that lowers a rank's peak, with what a plan compiled with it needs.</summary>
/// <param name="Text">What to write.</param>
/// <param name="Bytes">Peak of a rank with it.</param>
/// <param name="Fix">The edit; null where it is more than one attribute.</param>
internal sealed record MemoryRemedy(string Text, long Bytes, Fix? Fix);

/// <summary>Changes of mesh, number format and micro-batches, each compiled in full. Four compilations: ask only once memory is short.</summary>
internal static class MemoryRemedies
{
    public static IReadOnlyList<MemoryRemedy> All(ModelStudy study)
    {
        var remedies = new List<MemoryRemedy>();
        int data = study.Plan.Mesh.Data, expert = study.Plan.Mesh.Expert, most = LargestExpert(study);
        if (most > expert)
            Add($"[Mesh(Data = {data}, Expert = {most})]", linked => ModelStudy.WithMesh(linked, data, most), MeshFix.Of(study.Linked, data, most).FirstOrDefault());
        if (study.Plan.Batch % (2 * data) == 0)
            Add($"twice the ranks, [Mesh(Data = {2 * data}, Expert = {expert})]", linked => ModelStudy.WithMesh(linked, 2 * data, expert), null);
        if (Float32WhereBFloat16Serves.InBFloat16(study) is { } narrow)
            Keep("[Precision(NumberFormat.BFloat16)]", narrow, Float32WhereBFloat16Serves.Fix(study));
        if (study.Plan.Batch % (2 * data) == 0)
            Add($"{2 * study.Plan.MicroBatches} micro-batches of {study.Plan.Batch / 2} sequences", linked => Batches.With(linked, study.Plan.Batch / 2, 2 * study.Plan.MicroBatches), null);
        return [.. remedies.OrderBy(r => r.Bytes)];

        void Add(string text, Func<LinkedModel, LinkedModel> change, Fix? fix)
        {
            if (study.With(change) is { } plan)
                Keep(text, plan, fix);
        }

        void Keep(string text, ModelPlan plan, Fix? fix)
        {
            if (plan.PeakBytes < study.PeakBytes)
                remedies.Add(new(text, plan.PeakBytes, fix));
        }
    }

    /// <summary>A sentence: <c>Compiled with a change, a rank needs: 12.1 GiB with [Mesh(Data = 8, Expert = 8)], …</c>.</summary>
    public static string Text(IReadOnlyList<MemoryRemedy> remedies, long capacity) => remedies.Count == 0
        ? "No other mesh of these ranks, number format or number of micro-batches needs less: use more ranks or a smaller model"
        : "Compiled with a change, a rank needs " + string.Join(", ", remedies.Select(r => $"{AdviceText.Bytes(r.Bytes)} with {r.Text}{(r.Bytes > capacity ? " (still too much)" : "")}"));

    /// <summary>The first remedy with an edit that makes it fit, and what it saves.</summary>
    public static Finding WithFix(Finding finding, ModelStudy study, IReadOnlyList<MemoryRemedy> remedies, long capacity)
    {
        var fitting = remedies.Where(r => r.Fix is not null && r.Bytes <= capacity).ToList();
        return fitting.Count == 0 ? finding : finding with { SavedBytes = study.PeakBytes - fitting[0].Bytes, Fixes = fitting.Select(r => r.Fix!).ToEquatable() };
    }

    /// <summary>The largest expert-parallel degree that divides the ranks and every group's experts.</summary>
    static int LargestExpert(ModelStudy study) => study.Plan.Sites.Count == 0 ? study.Plan.Mesh.Expert : Hardware.MeshChoice.Largest(study.Plan.Step!.Program, study.Plan.Mesh.Data);
}
