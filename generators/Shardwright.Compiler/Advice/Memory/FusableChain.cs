using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// Element-wise statements and norms one after the other, each bound by memory: every one reads from HBM what the one before it has just written. Fused, what passes between them stays on the chip. FLOPs a byte of each are far
/// under the ridge of the roofline (Williams et al., CACM 2009).
/// </summary>
public sealed class FusableChain : AdviceRule
{
    const string LeastShare = "least_step_percent";

    public override RuleInfo Info { get; } = new("SHW3007", "A chain of memory-bound statements could be one", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastShare, 5, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        double least = study.Step * study.Option(Info, LeastShare) / 100;
        foreach (var chains in Together(Chains(study)).Where(c => c.Sum(Picoseconds) >= least))
        {
            var fused = chains.ConvertAll(chain => FusedChain.Of(chain, study));
            var ops = fused.SelectMany(f => f.Ops).ToDictionary(p => p.Key, p => p.Value);
            long saved = study.Step - study.Retime(op => ops.TryGetValue(op.Index, out var other) ? other : op);
            if (saved <= 0)
                continue;
            var first = chains[0];
            string backward = chains.Count == 1 ? Phase(first) : $" and {chains.Skip(1).Sum(c => c.Count)} in the backward pass";
            yield return new(Info, first[0].At,
                $"{first.Count} statements ({string.Join(", ", first.Select(s => s.Node.Op.Name))}){backward} take {AdviceText.Duration(chains.Sum(Picoseconds))} of a step, bound by memory: what passes between them is written {Times(fused.Sum(f => f.Written))} and "
                + $"read {Times(fused.Sum(f => f.Read))}, {AdviceText.Bytes(fused.Sum(f => f.Bytes))} a run. Fused into a kernel that reads its operands once it {study.Saves(saved)}", saved)
            {
                Also = chains.SelectMany(c => c).Select(s => s.At).Where(at => at != first[0].At).Distinct().ToEquatable(),
            };
        }
    }

    static long Picoseconds(IReadOnlyList<Statement> chain) => chain.Sum(s => s.Picoseconds);

    static string Phase(IReadOnlyList<Statement> chain) => chain[0].Cost.Op.Phase == StepPhase.Backward ? " of the backward pass" : "";

    static string Times(int count) => count switch { 1 => "once", _ => $"{count} times" };

    /// <summary>A chain with those of its adjoint: what comes from the same expressions is one finding.</summary>
    static List<List<IReadOnlyList<Statement>>> Together(IEnumerable<IReadOnlyList<Statement>> chains)
    {
        var together = new List<List<IReadOnlyList<Statement>>>();
        foreach (var chain in chains)
            if (together.FirstOrDefault(group => group[0].Any(s => chain.Any(other => other.At == s.At))) is { } group)
                group.Add(chain);
            else
                together.Add([chain]);
        return together;
    }

    /// <summary>Runs of statements in which each reads a result of the one before, in one region.</summary>
    static IEnumerable<IReadOnlyList<Statement>> Chains(ModelStudy study)
    {
        var chain = new List<Statement>();
        Region? region = null;
        foreach (var statement in study.Statements)
        {
            var here = statement.Node.Outputs.FirstOrDefault()?.Region;
            bool fits = IsStreamed(statement);
            if (chain.Count > 0 && !(fits && here == region && statement.Node.Reads.Any(v => chain.Any(s => s.Node.Outputs.Contains(v.Storage) || s.Node.Outputs.Contains(v)))))
            {
                if (chain.Count > 1)
                    yield return chain;
                chain = [];
            }
            if (!fits)
                continue;
            region = here;
            chain.Add(statement);
        }
        if (chain.Count > 1)
            yield return chain;
    }

    /// <summary>An element or a row at a time, without a product, a gather or a collective, and slower in memory than in any engine.</summary>
    static bool IsStreamed(Statement statement) => statement.Node.Op is Elementwise or Activation or ActivationGradient or SiluGate or SiluGateGradient or Scale or Shift or RmsNorm or LayerNorm or Softmax or SoftmaxGradient or RmsNormGradient
        && statement.Cost.Times.Bound == Engine.Dma && statement.Node.GradientOf is null;
}
