using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>
/// The router in double precision, written from the papers' formulas and one row at a time. Its gradient goes through the Jacobian of gates and probabilities by the logits, element by element, so that it
/// shares no algebra with the kernels.
/// </summary>
internal static class RouterReference
{
    /// <summary>Stands for 10⁻²⁰ of DeepSeek-V3's code: nothing in double precision.</summary>
    private const double Smallest = 1e-20;

    /// <summary>Softmax: e^x ÷ Σ e^x. Sigmoid: 1 ÷ (1 + e^−x). SqrtSoftplus: √(log(1 + e^x)).</summary>
    public static double[] Scores(RouterSettings router, double[] x) => router.Score switch
    {
        ScoreKind.Softmax => [.. x.Select(v => Math.Exp(v - x.Max()) / x.Sum(w => Math.Exp(w - x.Max())))],
        ScoreKind.Sigmoid => [.. x.Select(v => 1 / (1 + Math.Exp(-v)))],
        _ => [.. x.Select(v => Math.Sqrt(Math.Log(1 + Math.Exp(v))))],
    };

    /// <summary>x · (1 + ε · (2u − 1)), with u from Philox at the counter token · experts + expert. The key runs through SplitMix64's output function (Steele et al. 2014), from seed to layer.</summary>
    public static DoubleTensor Jitter(ExpertSite site, int layer, (ulong Seed, int Step, int MicroBatch) at, DoubleTensor x)
    {
        ulong key = new[] { at.Step, at.MicroBatch, site.Index, layer }.Aggregate(Mix(at.Seed), (k, part) => Mix(k + (ulong)part));
        return x with { Data = [.. x.Data.Select((v, i) => v * (1 + (site.Router.Jitter * ((2.0 * CounterRandom.UniformAt(key, i)) - 1))))] };

        static ulong Mix(ulong state)
        {
            ulong z = state + 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>The k experts by descending score (+ bias) among those of the best groups, ties to the lower index. A group is worth its two best together, with the softmax its best.</summary>
    public static int[] Choose(ExpertSite site, double[] x, double[]? bias)
    {
        var router = site.Router;
        double[] keys = [.. Scores(router, x).Select((s, e) => s + (bias?[e] ?? 0))];
        var groups = Enumerable.Range(0, site.Experts).Chunk(site.Experts / router.Groups).ToArray();
        var kept = groups.OrderByDescending(g => g.Select(e => keys[e]).OrderDescending().Take(router.Score == ScoreKind.Softmax ? 1 : 2).Sum()).ThenBy(g => g[0])
            .Take(router.KeptGroups == 0 ? router.Groups : router.KeptGroups).SelectMany(g => g);
        return [.. kept.OrderByDescending(e => keys[e]).ThenBy(e => e).Take(site.TopK)];
    }

    /// <summary>The k experts with the largest keys, ties to the lower index.</summary>
    public static int[] Largest(ExpertSite site, double[] keys) => [.. Enumerable.Range(0, site.Experts).OrderByDescending(e => keys[e]).Take(site.TopK)];

    /// <summary>d¹ · e^x · d⁰ with d⁰_t = 1 ÷ T ÷ Σ_e d¹_e · e^x_te, d¹_e = 1 ÷ E ÷ Σ_t d⁰_t · e^x_te in turn, over each sequence, as Megatron-LM writes it but for its 10⁻⁸ and its tolerance.</summary>
    public static DoubleTensor Sinkhorn(ExpertSite site, DoubleTensor logits)
    {
        var keys = new DoubleTensor(logits.Shape);
        int each = logits.Rows / logits.Shape[0];
        for (var first = 0; first < logits.Rows; first += each)
        {
            double[][] cost = [.. Enumerable.Range(first, each).Select(t => logits.Row(t).ToArray().Select(Math.Exp).ToArray())];
            double[] d0 = new double[each], d1 = [.. Enumerable.Repeat(1.0, site.Experts)];
            for (var i = 0; i < site.Router.SinkhornIterations; i++)
            {
                d0 = [.. cost.Select(row => 1.0 / each / row.Zip(d1, (c, d) => c * d).Sum())];
                d1 = [.. Enumerable.Range(0, site.Experts).Select(e => 1.0 / site.Experts / cost.Zip(d0, (row, d) => row[e] * d).Sum())];
            }

            for (var t = 0; t < each; t++)
                for (var e = 0; e < site.Experts; e++)
                    keys.Row(first + t)[e] = d1[e] * cost[t][e] * d0[t];
        }
        return keys;
    }

    /// <summary>Σ over sequences of −β, β_e being the (⌊m · k ÷ n⌋ + 1)-th largest of s_te − α_t of m tokens and n experts, α_t the (k + 1)-th largest of s_t − the β of before, as Megatron-LM's qb_dual_update has it.</summary>
    public static DoubleTensor QuantileBias(ExpertSite site, DoubleTensor logits, double[] bias)
    {
        var sums = new DoubleTensor([site.Experts]);
        int m = logits.Rows / logits.Shape[0];
        foreach (var sequence in Enumerable.Range(0, logits.Rows).Chunk(m))
        {
            var s = sequence.Select(t => Scores(site.Router, logits.Row(t).ToArray())).ToArray();
            var alpha = s.Select(row => row.Zip(bias, (score, b) => score + b).OrderDescending().ElementAt(site.TopK)).ToArray();
            for (var e = 0; e < site.Experts; e++)
                sums.Data[e] -= s.Zip(alpha, (row, a) => row[e] - a).OrderDescending().ElementAt(m * site.TopK / site.Experts);
        }
        return sums;
    }

    /// <summary>The copies that experts compute: of each sequence an expert's first ⌈T · k ÷ E · factor⌉, or those with its largest gates.</summary>
    public static bool[] Keep(ExpertSite site, DoubleTensor chosen, DoubleTensor gates, int sequences)
    {
        var factor = site.Router.CapacityFactor;
        var each = chosen.Data.Length / sequences;
        var capacity = factor == 0 ? each : (int)Math.Ceiling(each / (double)site.Experts * factor);
        var kept = new bool[chosen.Data.Length];
        foreach (var own in Enumerable.Range(0, kept.Length).GroupBy(copy => (copy / each, chosen.Data[copy])))
            foreach (var copy in own.OrderByDescending(c => site.Router.DropOrder == DropKind.Probability ? gates.Data[c] : 0).ThenBy(c => c).Take(capacity))
                kept[copy] = true;
        return kept;
    }

    public static double[] Gates(ExpertSite site, double[] x, int[] chosen)
    {
        var scores = Scores(site.Router, x);
        var sum = site.Router.Renormalize ? chosen.Sum(e => scores[e]) + Smallest : 1;
        return [.. chosen.Select(e => site.Router.GateScale * scores[e] / sum)];
    }

    /// <summary>What the balance loss averages over tokens: the scores over their sum.</summary>
    public static double[] Probabilities(ExpertSite site, double[] x)
    {
        var scores = Scores(site.Router, x);
        return [.. scores.Select(s => s / (scores.Sum() + Smallest))];
    }

    /// <summary>dlogits, plus the auxiliary losses' part of one of the step's micro-batches; counts carry no gradient.</summary>
    public static DoubleTensor Gradient(ExpertSite site, DoubleTensor chosen, DoubleTensor gates, DoubleTensor dgates, DoubleTensor logits, double[]? stepLoad = null)
    {
        double tokens = logits.Rows;
        var (dlogits, router) = (new DoubleTensor(logits.Shape), site.Router);
        // [scope][e]: what the loss has for every unit of probability, by the sequence's or the whole micro-batch's copies.
        int scopes = router.BalancesSequences ? logits.Shape[0] : 1, each = logits.Rows / scopes;
        double[][] loads = [.. Enumerable.Range(0, scopes).Select(s => Enumerable.Range(0, site.Experts).Select(e =>
            router.BalanceLoss / scopes * site.Experts * (stepLoad?[e] ?? chosen.Data.Skip(s * each * site.TopK).Take(each * site.TopK).Count(c => (int)c == e)) / ((double)each * site.TopK) / each / site.MicroBatches).ToArray())];
        for (var t = 0; t < logits.Rows; t++)
        {
            var x = logits.Row(t).ToArray();
            int[] own = [.. chosen.Row(t).ToArray().Select(e => (int)e)];
            var (scores, slopes) = (Scores(router, x), Slopes(router, x));
            double sum = own.Sum(e => scores[e]) + Smallest, all = scores.Sum() + Smallest;
            var load = loads[t / each];
            for (var i = 0; i < site.Experts; i++)
            {
                // ds = by how much every score changes with logit i
                var ds = slopes[i];
                var d = 2 * Norms.LogSumExp(logits.Row(t)) * Math.Exp(x[i] - Norms.LogSumExp(logits.Row(t))) * router.RouterZLoss / tokens / site.MicroBatches;
                for (var j = 0; j < own.Length; j++)
                    d += dgates.Row(t)[j] * router.GateScale * (router.Renormalize ? (ds[own[j]] * sum - scores[own[j]] * own.Sum(e => ds[e])) / (sum * sum) : ds[own[j]]);
                for (var e = 0; e < site.Experts; e++)
                    d += load[e] * (ds[e] * all - scores[e] * ds.Sum()) / (all * all);
                dlogits.Row(t)[i] = d;
            }
        }
        return dlogits;
    }

    /// <summary>[i][e] = the derivative of score e by logit i.</summary>
    private static double[][] Slopes(RouterSettings router, double[] x)
    {
        var s = Scores(router, x);
        return [.. x.Select((v, i) => s.Select((score, e) => router.Score switch
        {
            ScoreKind.Softmax => score * ((e == i ? 1 : 0) - s[i]),
            _ when e != i => 0,
            ScoreKind.Sigmoid => score * (1 - score),
            _ => 1 / (1 + Math.Exp(-v)) / (2 * score),
        }).ToArray())];
    }
}
