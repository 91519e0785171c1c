using Shardwright.Compiler.Cost;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Gradients are all-reduced to ranks that then all make the same element-wise update: a reduce-scatter would do, each rank updating its part, and an all-gather of the weights.</summary>
public sealed class ReplicatedUpdate : AdviceRule
{
    const string LeastSaving = "least_saving_percent", LeastMemory = "least_memory_percent";

    public override RuleInfo Info { get; } = new("SHW4006", "All-reduce where reduce-scatter serves", RuleSeverity.Info)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastSaving, 3, 0, 100), new RuleOption(LeastMemory, 10, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        if (study.Plan.Mesh.Data == 1 || study.Plan.Reductions.Count == 0)
            yield break;
        var (mesh, state) = (study.Plan.Mesh, DocumentOf.Plan(study.Linked, study.Plan).Memory.Optimizer);
        int experts = study.Plan.Sites.Count == 0 ? 0 : study.Plan.Sites[0].Experts / mesh.Expert;
        long bytes = state.At(0, experts) - Part(state.Fixed, mesh.Data) - Part(state.PerExpert * experts, mesh.ExpertData);
        long saved = study.Step - study.Retime(Scattered(study));
        bool isFaster = saved > 0 && saved >= study.Step * study.Option(Info, LeastSaving) / 100, isSmaller = bytes >= study.Machine.Rank.HbmBytes * study.Option(Info, LeastMemory) / 100;
        if (!isFaster && !isSmaller)
            yield break;
        var reduced = study.Plan.Step!.Program.Ops.Skip(study.Plan.Step.Reductions).Take(study.Plan.Reductions.Count).ToList();
        yield return new(Info, study.Mesh,
            $"{AdviceText.Bytes(reduced.Sum(op => op.Collective!.Bytes.At(0, experts)))} of gradients a micro-batch are all-reduced, and each of {mesh.Data} ranks makes the same update, which is element-wise. With a reduce-scatter, an update of each rank's own part and an all-gather of the weights, "
            + $"a rank needs {AdviceText.Bytes(bytes)} less of {AdviceText.Bytes(study.PeakBytes)} for the optimizer's state, and the step {(saved >= 0 ? study.Saves(saved) : $"takes {AdviceText.Duration(-saved)} longer on {study.Target}")}. "
            + "No such program is emitted yet; the scale study (docs/scale.md) has it on paper", Math.Max(0, saved));
    }

    static TimedProgram Scattered(ModelStudy study)
    {
        var (plan, placement) = (study.Plan, study.Estimate.Costs.Placement);
        var step = plan.Step!;
        int last = step.Update + 2;
        List<TimedNode> nodes = [.. step.Program.Nodes.Select(Changed)];
        var written = step.Program.Ops[last].Work.WriteBytes;
        // AdamW writes a weight and two moments; only the weight travels.
        foreach (var (group, weights) in new[] { (CollectiveGroup.World, new Amount(written.Fixed / 3)), (CollectiveGroup.ExpertReplicas, new Amount(0, 0, written.PerExpert / 3)) })
            if (placement.Size(group) > 1 && weights != default)
                nodes.Add(new TimedOp($"weights over {group}")
                {
                    Phase = StepPhase.Update,
                    Site = weights.PerExpert > 0 ? 0 : -1,
                    Collective = new(CollectiveKind.AllGather, group, Part(weights, placement)),
                    Reads = step.Program.Ops[last].Writes,
                    Writes = step.Program.Ops[last].Writes,
                });
        return DataFlow.Numbered(step.Program, nodes);

        TimedNode Changed(TimedNode node)
        {
            if (node is TimedLoop loop)
                return loop with { Body = [.. loop.Body.Select(Changed)] };
            var op = (TimedOp)node;
            if (op.Index >= step.Reductions && op.Index < step.Reductions + plan.Reductions.Count)
                return op with { Collective = op.Collective! with { Kind = CollectiveKind.ReduceScatter, Bytes = Part(op.Collective.Bytes, placement) } };
            return op.Phase == StepPhase.Update && op.Collective is null
                ? op with { Work = op.Work with { VectorElements = Part(op.Work.VectorElements, placement), ReadBytes = Part(op.Work.ReadBytes, placement), WriteBytes = Part(op.Work.WriteBytes, placement) } } : op;
        }
    }

    /// <summary>One rank's part: what no expert owns over all ranks, an expert's over its replicas.</summary>
    static Amount Part(Amount amount, MeshPlacement placement) => new(Part(amount.Fixed, placement.Data), 0, Part(amount.PerExpert, placement.Data / placement.Expert));

    static long Part(long bytes, long parts) => (bytes + parts - 1) / parts;
}
