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
        foreach (var chain in Chains(study).Where(c => c.Sum(s => s.Picoseconds) >= least))
        {
            var fused = FusedChain.Of(chain, study);
            long saved = study.Step - study.Retime(op => fused.Ops.TryGetValue(op.Index, out var other) ? other : op);
            if (saved <= 0)
                continue;
            string names = string.Join(", ", chain.Select(s => s.Node.Op.Name));
            yield return new(Info, chain[0].At,
                $"{chain.Count} statements ({names}) take {AdviceText.Duration(chain.Sum(s => s.Picoseconds))} of a step, bound by memory: what passes between them is written {Times(fused.Written)} and read {Times(fused.Read)}, {AdviceText.Bytes(fused.Bytes)} a run. "
                + $"Fused into one kernel that reads its operands once it {study.Saves(saved)}", saved)
            {
                Also = chain.Skip(1).Select(s => s.At).Where(at => at != chain[0].At).Distinct().ToEquatable(),
            };
        }
    }

    static string Times(int count) => count == 1 ? "once" : $"{count} times";

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
