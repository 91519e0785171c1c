using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// Dropless dispatch on a target whose receive buffers are laid out before counts are known. On Trainium1 and Trainium2 all-to-all-v has no receive displacements: the blocks of the N senders lie at one distance, so a buffer holds N times
/// the largest count (AWS Neuron SDK 2.32, <c>nki.collectives.all_to_all_v</c>); the training kernel <c>permute_a2av</c> receives [N · T, H] for T tokens of width H a rank (NKI library 2.31). At even load T · k rows arrive.
/// </summary>
public sealed class ReceiveBuffer : AdviceRule
{
    const string WorstShare = "worst_case_percent";

    public override RuleInfo Info { get; } = new("SHW3010", "The receive buffer of dispatch grows with expert parallelism", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(WorstShare, 25, 1, 1000)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        int peers = study.Plan.Mesh.Expert;
        if (AllToAllLegality.HasReceiveDisplacements(study.Machine) || peers == 1)
            yield break;
        long capacity = study.Machine.Rank.HbmBytes;
        foreach (var statement in study.Statements.Where(s => s.Node.Op is Dispatch { Backward: false }))
        {
            var site = ((Dispatch)statement.Node.Op).Site;
            var rows = statement.Node.Output;
            var buffer = Hardware.ReceiveBuffer.Of(study.Machine, study.Plan.Step!.Program.Sites[site.Index], peers, statement.Cost.Op.Collective!);
            long tokens = Math.Min(buffer.Rows.Tokens, Taken(study, site)), worst = Math.Min(buffer.DeduplicatedBytes, peers * tokens * buffer.RowBytes), even = buffer.EvenBytes;
            if (worst <= even || worst <= capacity * study.Option(Info, WorstShare) / 100)
                continue;
            yield return new(Info, study.Of(site),
                $"'{site.Name}' receives [{peers} · {tokens}, {rows.Type.Last}] in {(rows.Format == NumberFormat.BFloat16 ? "bfloat16" : "float32")} in the worst case, {AdviceText.Bytes(worst)} of a rank's {AdviceText.Bytes(capacity)}, against {AdviceText.Bytes(even)} at even load: "
                + $"on {study.Target} a receive buffer has a block for each of {peers} ranks, as large as the largest may be, so it grows with Expert. {OutOfMemory(study, site, capacity)}. {Smaller(study, worst)}")
            {
                Also = EquatableArray.Of(study.Mesh),
            };
        }
    }

    /// <summary>Copies that a rank's experts can take of another rank's tokens.</summary>
    static long Taken(ModelStudy study, ExpertSite site)
    {
        int sequences = study.Plan.Batch / study.Plan.Mesh.Data;
        return (long)(site.Experts / study.Plan.Mesh.Expert) * sequences * site.Capacity((int)(study.Plan.Step!.Program.Sites[site.Index].TokensPerRank / sequences));
    }

    /// <summary>From the plan's affine memory, static bytes + Σ bytes a row · rows of a layer: the load of the busiest rank, in every layer, at which it is full.</summary>
    static string OutOfMemory(ModelStudy study, ExpertSite site, long capacity)
    {
        // All copies of all peers' tokens that one rank's experts can get, over its even share.
        var timed = study.Plan.Step!.Program.Sites[site.Index];
        double most = study.Plan.Mesh.Expert * (double)Math.Min(timed.TokensPerRank * Math.Min(site.TopK, site.Experts / study.Plan.Mesh.Expert), Taken(study, site)) / timed.Copies;
        if (study.PeakBytes > capacity)
            return "A rank's memory is full at even load";
        if (study.Plan.PeakAt(most) <= capacity)
            return "Rows that are kept and worked on fit whatever the routing";
        double fits = 1, full = most;
        while (full - fits > 0.001 * fits)
            (fits, full) = study.Plan.PeakAt((fits + full) / 2) <= capacity ? ((fits + full) / 2, full) : (fits, (fits + full) / 2);
        return $"Even with exact buffers a rank runs out of memory when it gets {AdviceText.Number(full)} times its even share of rows in every layer";
    }

    static string Smaller(ModelStudy study, long worst)
    {
        int data = study.Plan.Mesh.Data, half = study.Plan.Mesh.Expert / 2;
        return study.Plan.Mesh.Expert % 2 == 0 && study.With(linked => ModelStudy.WithMesh(linked, data, half)) is { } plan
            ? $"With Expert = {half} the buffer is {AdviceText.Bytes(worst / 2)}, and a rank needs {AdviceText.Bytes(plan.PeakBytes)} at even load instead of {AdviceText.Bytes(study.PeakBytes)}"
            : "Smaller micro-batches make it smaller in proportion";
    }
}
