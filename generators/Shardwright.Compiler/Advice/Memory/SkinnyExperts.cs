using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// An expert gets so few tokens that its products wait for its weights. A product of m tokens does 2·m FLOPs for each weight that it reads, so m in bfloat16 is about its FLOPs a byte, and m under the ridge of the roofline
/// (peak ÷ bandwidth, FLOP/B) leaves the tensor engine idle. Tokens of an expert and micro-batch: tokens of a rank · k · Expert ÷ experts.
/// </summary>
public sealed class SkinnyExperts : AdviceRule
{
    const string RidgeShare = "ridge_percent";

    public override RuleInfo Info { get; } = new("SHW3008", "An expert gets too few tokens for its products", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(RidgeShare, 100, 1, 1000)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        foreach (var site in study.Plan.Sites)
        {
            long tokens = TokensOf(site, study.Plan);
            var products = study.Statements.Where(s => s.Node.Op is MatMul or MatMulGradient && s.Cost.Op.Site == site.Index && s.Cost.Op.Work.Products.Any(p => p.Routed != RoutedDimension.None)).ToList();
            if (tokens == 0 || products.Count == 0)
                continue;
            var format = products[0].Cost.Op.Work.Products[0].Format;
            double ridge = study.Machine.Ridge(format) * study.Option(Info, RidgeShare) / 100;
            var bound = products.Where(s => s.Cost.Times.Bound == Engine.Dma).ToList();
            if (tokens >= ridge || bound.Count == 0)
                continue;
            yield return Of(study, site, tokens, ridge, format, bound);
        }
    }

    Finding Of(ModelStudy study, ExpertSite site, long tokens, double ridge, OperandFormat format, IReadOnlyList<Statement> bound)
    {
        var (remedy, degree, saved) = Remedy(study, site, ridge);
        return new(Info, study.Of(site),
            $"Each of the {site.Experts} experts of '{site.Name}' gets {tokens} tokens of a micro-batch at even load; on {study.Target} a product in {Name(format)} needs {AdviceText.Number(ridge)} FLOPs for each byte it reads, about as many tokens. "
            + $"{bound.Count} of the group's products are bound by memory ({AdviceText.Number(bound.Min(s => s.Cost.ArithmeticIntensity))} FLOP/B at least) and take {AdviceText.Duration(bound.Sum(s => s.Picoseconds))} of a step of {AdviceText.Duration(study.Step)}. {remedy}",
            Math.Max(0, saved))
        {
            Also = bound.Select(s => s.At).Distinct().ToEquatable(),
            Fixes = degree > 0 ? MeshFix.Of(study.Linked, study.Plan.Mesh.Data, degree) : default,
        };
    }

    /// <summary>More expert parallelism on the same ranks is equal work: its saving is a promise. A larger batch is more work: it is compared by token.</summary>
    static (string Text, int Degree, long Saved) Remedy(ModelStudy study, ExpertSite site, double ridge)
    {
        int data = study.Plan.Mesh.Data;
        var legal = Degrees(study).ToList();
        int clearing = legal.FirstOrDefault(e => TokensOf(site, study.Plan) * e / study.Plan.Mesh.Expert >= ridge);
        var best = (Degree: 0, Saved: 0L);
        foreach (int degree in new[] { clearing, legal.LastOrDefault() }.Where(e => e > 0).Distinct())
            if (study.With(linked => ModelStudy.WithMesh(linked, data, degree)) is { } plan && study.Step - plan.Estimate!.Summary.Picoseconds is var saved && saved > best.Saved)
                best = (degree, saved);
        if (best.Degree > 0)
            return ($"[Mesh(Data = {data}, Expert = {best.Degree})] gives an expert {TokensOf(site, study.Plan) * best.Degree / study.Plan.Mesh.Expert} tokens and {study.Saves(best.Saved)}", best.Degree, best.Saved);

        long tokens = TokensOf(site, study.Plan), sequences = ((long)Math.Ceiling(study.Plan.Batch * ridge / tokens) + data - 1) / data * data;
        string none = legal.Count == 0 ? "Expert is as large as ranks and experts allow" : "No larger Expert makes the step shorter";
        if (sequences > int.MaxValue || study.With(linked => Batches.With(linked, (int)sequences, study.Plan.MicroBatches)) is not { } larger)
            return ($"{none}; a micro-batch of {sequences} sequences clears it", 0, 0);
        return ($"{none}; a micro-batch of {sequences} sequences clears it: {AdviceText.Duration(PerToken(larger))} a token instead of {AdviceText.Duration(PerToken(study.Plan))}, with a peak of {AdviceText.Bytes(larger.PeakBytes)} a rank", 0, 0);
    }

    static long PerToken(ModelPlan plan) => plan.Estimate!.Summary.Picoseconds / plan.Estimate.Summary.Tokens;

    /// <summary>Tokens that an expert gets of a micro-batch at even load.</summary>
    static long TokensOf(ExpertSite site, ModelPlan plan) => plan.Step!.Program.Sites[site.Index].Copies / (site.Experts / plan.Mesh.Expert);

    /// <summary>Larger expert-parallel degrees that divide the ranks and every group's experts, the smallest first.</summary>
    static IEnumerable<int> Degrees(ModelStudy study)
    {
        int most = MeshChoice.Largest(study.Plan.Step!.Program, study.Plan.Mesh.Data);
        return Enumerable.Range(1, most).Where(e => most % e == 0 && e > study.Plan.Mesh.Expert);
    }

    static string Name(OperandFormat format) => format switch { OperandFormat.Float32 => "float32", OperandFormat.BFloat16 => "bfloat16", _ => "8 bits" };
}
