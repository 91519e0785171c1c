using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Keeps every value of every iteration apart: nothing is ever overwritten.</summary>
internal sealed class IdentityStore(Iterations iterations) : IStore
{
    private readonly Dictionary<(Value, int Instance), DoubleTensor> values = [];

    public void Write(Value value, DoubleTensor tensor) => values[(value, iterations.Instance(value.Region))] = tensor;

    public DoubleTensor Read(Value value)
    {
        if (value.Region?.Owner?.Op is ExpertLoop experts && iterations.Expert < 0)
            return Join(value, experts.Site.Experts);
        var tensor = values[(value, iterations.Instance(value.Region))];
        return value.Type.Rows == RowKind.Routed && value.Region?.Owner?.Op is not ExpertLoop && iterations.Expert >= 0
            ? Rows(tensor, iterations.Starts[iterations.Expert], iterations.Starts[iterations.Expert + 1])
            : tensor;
    }

    public IEnumerable<DoubleTensor> ReadAll(Value value) => values.Where(v => v.Key.Item1 == value).OrderBy(v => v.Key.Instance).Select(v => v.Value);

    private DoubleTensor Join(Value value, int experts)
    {
        var outer = iterations.Instance(value.Region!.Parent);
        var parts = Enumerable.Range(0, experts).Select(e => values[(value, (outer * experts) + e)]).ToList();
        return new([parts.Sum(p => p.Rows), parts[0].Last], [.. parts.SelectMany(p => p.Data)]);
    }

    private static DoubleTensor Rows(DoubleTensor tensor, int start, int end) => new([end - start, tensor.Last], tensor.Data[(start * tensor.Last)..(end * tensor.Last)]);
}
