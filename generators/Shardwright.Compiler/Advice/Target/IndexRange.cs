using Shardwright.Compiler.Advice.Routing;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Target;

/// <summary>
/// Numbers of elements and rows that leave the range of the integers which hardware and kernels count with: 2^31 elements of one tensor (a signed 32-bit offset), and on Neuron 2^24 rows (engines compute integers in float32, exact to 2^24).
/// </summary>
public sealed class IndexRange : AdviceRule
{
    const string MostElements = "most_elements", MostRows = "most_float32_rows";

    public override RuleInfo Info { get; } = new("SHW6006", "An index leaves its range", RuleSeverity.Warning)
    {
        Options = EquatableArray.Of(new RuleOption(MostElements, 2147483648, 1, 1e18), new RuleOption(MostRows, 16777216, 1, 1e18)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        double most = study.Option(Info, MostElements), rows = study.Option(Info, MostRows);
        var mesh = study.Plan.Mesh;
        foreach (var parameter in study.Plan.Blocks.Select(b => b.Parameter).GroupBy(p => (p.Type, p.Site)).Select(g => g.First()))
        {
            int experts = Math.Max(1, parameter.Experts / mesh.Expert);
            if (parameter.Elements * (double)experts > most)
                yield return TooLarge(ModelStudy.Of(parameter), parameter.Path, $"{(experts > 1 ? $"{experts} experts of a rank, each " : "")}[{string.Join(", ", parameter.Shape)}]", parameter.Elements * (double)experts, most,
                    parameter.Experts > 0 ? "spread the experts over more ranks" : "split it into parameters of fewer columns");
        }
        foreach (var value in study.Statements.Where(s => s.At.Site >= 0).SelectMany(s => s.Node.Outputs, (s, value) => (s.At, value)).Where(v => v.value.Type.Rows == RowKind.Sequence).GroupBy(v => v.At).Select(g => g.First()))
        {
            double elements = LocalShapes.Of(value.value, mesh).Aggregate(1.0, (product, size) => product * size);
            if (elements > most)
                yield return TooLarge(value.At, value.value.Name, value.value.Type.ToString(), elements, most, "split the batch over more ranks or into micro-batches");
        }
        if (!study.Machine.Collectives.StartsWith("neuron", StringComparison.Ordinal))
            yield break;
        foreach (var group in DeclaredGroup.All(study))
        {
            double copies = study.Plan.Step!.Program.Sites[group.Site.Index].Copies;
            if (copies > rows)
                yield return new(Info, group.At, $"'{group.Site.Path}' numbers {AdviceText.Number(copies)} rows of a rank, and {study.Machine.Name} computes integers in float32, which holds whole numbers to {AdviceText.Number(rows)}: places of rows beyond would be wrong. Split the batch over more ranks or into micro-batches");
        }
    }

    Finding TooLarge(Cause at, string name, string shape, double elements, double most, string remedy) =>
        new(Info, at, $"'{name}' {shape} has {AdviceText.Number(elements)} elements on a rank, more than the {AdviceText.Number(most)} that a 32-bit offset reaches: kernels that count with one read wrong elements, and say nothing. To mend it, {remedy}");
}
