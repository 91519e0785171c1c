using Shardwright.Compiler.Cost;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>A chain of statements as one that reads each outer operand once and writes what is read elsewhere: the last statement does all the work, the others none.</summary>
/// <param name="Ops">The changed statements by number.</param>
/// <param name="Written">Results that are no longer written.</param>
/// <param name="Read">Reads of results that no longer happen.</param>
/// <param name="Bytes">What no longer passes through HBM, in one run at even load.</param>
internal sealed record FusedChain(IReadOnlyDictionary<int, TimedOp> Ops, int Written, int Read, long Bytes)
{
    public static FusedChain Of(IReadOnlyList<Statement> chain, ModelStudy study)
    {
        var cost = new CostRule(study.Plan.Mesh);
        var order = study.Train.Order;
        var nodes = chain.Select(s => s.Node).ToList();
        var last = chain[chain.Count - 1].Cost.Op;
        Amount read = default, written = default, vector = default, scalar = default, kept = default;
        int reads = 0, writes = 0;
        foreach (var value in nodes.SelectMany(n => n.Reads).Distinct())
            if (!nodes.Any(n => n.Outputs.Contains(value)))
                read += cost.Bytes(value);
        foreach (var node in nodes)
            foreach (var value in node.Reads.Distinct().Where(v => nodes.Any(n => n.Outputs.Contains(v))))
            {
                reads++;
                kept += cost.Bytes(value);
            }
        foreach (var value in nodes.SelectMany(n => n.Outputs))
            if (value == nodes[nodes.Count - 1].Output || order.Uses(value).Count == 0 || order.Uses(value).Any(u => u.Node is null || !nodes.Contains(u.Node)))
                written += cost.Bytes(value);
            else
            {
                writes++;
                kept += cost.Bytes(value);
            }
        foreach (var statement in chain)
        {
            vector += statement.Cost.Op.Work.VectorElements;
            scalar += statement.Cost.Op.Work.ScalarElements;
        }
        var work = new OpWork { VectorElements = vector, ScalarElements = scalar, ReadBytes = read, WriteBytes = written };
        var ops = chain.Select(s => s.Cost.Op).ToDictionary(op => op.Index, op => op == last ? op with { Work = work, Reads = [.. chain.SelectMany(s => s.Cost.Op.Reads).Distinct()] } : op with { Work = OpWork.None });
        int site = last.Site;
        var timed = site < 0 ? null : study.Plan.Step!.Program.Sites[site];
        return new(ops, writes, reads, kept.At(timed?.Copies ?? 0, timed is null ? 0 : timed.Experts / study.Plan.Mesh.Expert));
    }
}
