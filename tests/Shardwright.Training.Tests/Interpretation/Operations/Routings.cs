using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Tokens to experts and back, on one rank: a copy's slot is its place in the order (expert, token), and dispatch changes nothing.</summary>
internal static class Routings
{
    /// <summary>Experts, gates, probabilities, statistics, counts and slots, as <see cref="Compiler.Ops.Routing.Route"/> lists them.</summary>
    public static DoubleTensor[] Route(Route route, DoubleTensor logits, int sequences, Func<Func<double[]>, double[]> choose)
    {
        int experts = route.Site.Experts, k = route.Site.TopK;
        var chosen = logits.WithLast(k) with { Data = choose(() => TopK(logits, k)) };
        var kept = logits.WithLast(k);
        var statistics = new DoubleTensor([experts + 1]);
        var counts = new DoubleTensor([experts, sequences]);
        var probabilities = Norms.Softmax(logits);
        for (var t = 0; t < logits.Rows; t++)
        {
            for (var j = 0; j < k; j++)
            {
                var expert = (int)chosen.Row(t)[j];
                kept.Row(t)[j] = logits.Row(t)[expert];
                counts.Row(expert)[t / (logits.Rows / sequences)]++;
            }
            for (var e = 0; e < experts; e++)
                statistics.Data[e] += probabilities.Row(t)[e];
            statistics.Data[experts] += Math.Pow(Norms.LogSumExp(logits.Row(t)), 2);
        }
        return [chosen, Norms.Softmax(kept), probabilities, statistics, counts, Slots(chosen)];
    }

    /// <summary>balance = c · E · Σ f·P, z = c · mean of log-sum-exp², summed over layers.</summary>
    public static (double Balance, double RouterZ) Auxiliary(ReportAuxiliary report, IEnumerable<DoubleTensor> statistics, IEnumerable<DoubleTensor> counts)
    {
        var (balance, z, site) = (0.0, 0.0, report.Site);
        foreach (var (s, c) in statistics.Zip(counts))
        {
            for (var e = 0; e < site.Experts; e++)
                balance += site.BalanceLoss * site.Experts * (c.Row(e).ToArray().Sum() / (report.Tokens * site.TopK)) * (s.Data[e] / report.Tokens);
            z += site.RouterZLoss * s.Data[site.Experts] / report.Tokens;
        }
        return (balance, z);
    }

    public static DoubleTensor Permute(DoubleTensor x, DoubleTensor slots, int k)
    {
        var sent = new DoubleTensor([x.Rows * k, x.Last]);
        for (var copy = 0; copy < slots.Data.Length; copy++)
            x.Row(copy / k).CopyTo(sent.Row((int)slots.Data[copy]));
        return sent;
    }

    public static DoubleTensor PermuteGradient(DoubleTensor dsent, DoubleTensor slots, int k, int[] shape)
    {
        var dx = new DoubleTensor(shape);
        for (var copy = 0; copy < slots.Data.Length; copy++)
            for (var c = 0; c < dx.Last; c++)
                dx.Row(copy / k)[c] += dsent.Row((int)slots.Data[copy])[c];
        return dx;
    }

    public static DoubleTensor Combine(DoubleTensor returned, DoubleTensor slots, DoubleTensor gates, int k)
    {
        var y = gates.WithLast(returned.Last);
        for (var copy = 0; copy < slots.Data.Length; copy++)
            for (var c = 0; c < y.Last; c++)
                y.Row(copy / k)[c] += gates.Data[copy] * returned.Row((int)slots.Data[copy])[c];
        return y;
    }

    public static DoubleTensor[] CombineGradient(DoubleTensor dy, DoubleTensor returned, DoubleTensor slots, DoubleTensor gates, int k)
    {
        DoubleTensor dreturned = new(returned.Shape), dgates = new(gates.Shape);
        for (var copy = 0; copy < slots.Data.Length; copy++)
        {
            var slot = (int)slots.Data[copy];
            for (var c = 0; c < dy.Last; c++)
                dreturned.Row(slot)[c] = gates.Data[copy] * dy.Row(copy / k)[c];
            dgates.Data[copy] = Norms.Dot(dy.Row(copy / k), returned.Row(slot));
        }
        return [dreturned, dgates];
    }

    /// <summary>Through the gates' softmax, plus the auxiliary losses' part of one of the step's micro-batches; counts carry no gradient.</summary>
    public static DoubleTensor RouteGradient(ExpertSite site, DoubleTensor chosen, DoubleTensor gates, DoubleTensor dgates, DoubleTensor logits)
    {
        double tokens = logits.Rows;
        var probabilities = Norms.Softmax(logits);
        var dprobabilities = new DoubleTensor(logits.Shape);
        foreach (int expert in chosen.Data)
            for (var t = 0; t < logits.Rows; t++)
                dprobabilities.Row(t)[expert] += site.BalanceLoss * site.Experts / (tokens * site.TopK) / tokens / site.MicroBatches;
        var dlogits = Norms.SoftmaxGradient(probabilities, dprobabilities);
        var dkept = Norms.SoftmaxGradient(gates, dgates);
        for (var t = 0; t < logits.Rows; t++)
        {
            for (var j = 0; j < site.TopK; j++)
                dlogits.Row(t)[(int)chosen.Row(t)[j]] += dkept.Row(t)[j];
            for (var e = 0; e < site.Experts; e++)
                dlogits.Row(t)[e] += site.RouterZLoss / tokens / site.MicroBatches * 2 * Norms.LogSumExp(logits.Row(t)) * probabilities.Row(t)[e];
        }
        return dlogits;
    }

    /// <summary>The k largest logits of every row, descending, ties to the lower index.</summary>
    private static double[] TopK(DoubleTensor logits, int k) =>
        [.. Enumerable.Range(0, logits.Rows).SelectMany(t => Enumerable.Range(0, logits.Last).OrderByDescending(e => logits.Row(t)[e]).ThenBy(e => e).Take(k).Select(e => (double)e))];

    private static DoubleTensor Slots(DoubleTensor chosen)
    {
        var slots = new DoubleTensor(chosen.Shape);
        var order = Enumerable.Range(0, chosen.Data.Length).OrderBy(copy => chosen.Data[copy]).ToArray();
        for (var slot = 0; slot < order.Length; slot++)
            slots.Data[order[slot]] = slot;
        return slots;
    }
}
