using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// The softmax of attention scores is kept for the backward pass: bytes grow with the square of the positions (the 5·a·s/h of Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", arXiv 2205.05198, where
/// the rest is 34). <c>Nn.CausalAttention</c> keeps one number a row and computes scores again.
/// </summary>
public sealed class SavedAttentionScores : AdviceRule
{
    const string LeastShare = "least_activation_percent";

    public override RuleInfo Info { get; } = new("SHW3005", "Attention scores are kept for the backward pass", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastShare, 20, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var softmaxes = study.Train.Root.Walk().Where(n => n.Op is Softmax && AttentionScores.IsScores(n.Output)).ToList();
        if (softmaxes.Count == 0)
            yield break;
        var memory = new LiveMemory(study);
        long saved = study.Train.Workspace.Where(memory.IsSaved).Sum(b => b.Bytes) + study.Train.Routed.Sum(r => r.Rows * r.Frame.SavedBytes * r.Frame.Site.Layers);
        foreach (var softmax in softmaxes)
        {
            var buffer = study.Train.Storage[softmax.Output];
            if (!memory.IsSaved(buffer) || buffer.Bytes <= saved * study.Option(Info, LeastShare) / 100)
                continue;
            int positions = softmax.Output.Type.Last;
            long rows = buffer.Bytes / softmax.Output.ElementBytes / positions;
            yield return new(Info, Cause.Of(softmax.Source),
                $"{LiveMemory.Describe(buffer)}, one score for each of {positions} × {positions} pairs of positions, is kept for the backward pass: {AdviceText.Bytes(buffer.Bytes)} of a rank's {AdviceText.Bytes(saved)} of saved activations "
                + $"({AdviceText.Percent((double)buffer.Bytes / saved)}). Nn.CausalAttention keeps a log-sum-exp a row, {AdviceText.Bytes(rows * sizeof(float))}, and never stores a score");
        }
    }
}
