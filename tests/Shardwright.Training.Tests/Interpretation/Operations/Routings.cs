using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Tokens to experts and back, on one rank: a copy's slot is its place in the order (expert, token), and dispatch changes nothing.</summary>
internal static class Routings
{
    /// <summary>The slot of a copy that no expert computes.</summary>
    private const double Dropped = -1;

    /// <summary>Experts, gates, probabilities, statistics, counts and slots, as <see cref="Compiler.Ops.Routing.Route"/> lists them.</summary>
    public static DoubleTensor[] Route(Route route, DoubleTensor logits, DoubleTensor? choice, int sequences, Func<Func<double[]>, double[]> choose, Func<Func<bool[]>, bool[]> keep)
    {
        var (site, experts) = (route.Site, route.Site.Experts);
        var chosen = logits.WithLast(site.TopK) with { Data = choose(() => [.. Enumerable.Range(0, logits.Rows).SelectMany(t => (route.HasKeys ? RouterReference.Largest(site, choice!.Row(t).ToArray()) : RouterReference.Choose(site, logits.Row(t).ToArray(), choice?.Data)).Select(e => (double)e))]) };
        var gates = logits.WithLast(site.TopK);
        var statistics = new DoubleTensor([experts + 1]);
        var counts = new DoubleTensor([experts, sequences]);
        var probabilities = new DoubleTensor(logits.Shape);
        for (var t = 0; t < logits.Rows; t++)
        {
            RouterReference.Gates(site, logits.Row(t).ToArray(), [.. chosen.Row(t).ToArray().Select(e => (int)e)]).CopyTo(gates.Row(t));
            RouterReference.Probabilities(site, logits.Row(t).ToArray()).CopyTo(probabilities.Row(t));
            foreach (int expert in chosen.Row(t))
                counts.Row(expert)[t / (logits.Rows / sequences)]++;
            statistics.Data[experts] += Math.Pow(Norms.LogSumExp(logits.Row(t)), 2);
        }
        // For a loss of each sequence, the probabilities meet the load of their own sequence here.
        for (var t = 0; t < logits.Rows; t++)
            for (var e = 0; e < experts; e++)
                statistics.Data[e] += probabilities.Row(t)[e] * (site.Router.BalancesSequences ? counts.Row(e)[t / (logits.Rows / sequences)] : 1);
        return [chosen, gates, probabilities, statistics, counts, Slots(chosen, keep(() => RouterReference.Keep(site, chosen, gates, sequences)))];
    }

    /// <summary>balance = c · E · Σ f·P, z = c · mean of log-sum-exp², summed over layers.</summary>
    public static (double Balance, double RouterZ) Auxiliary(ReportAuxiliary report, IEnumerable<DoubleTensor> statistics, IEnumerable<DoubleTensor> counts)
    {
        var (balance, z, site) = (0.0, 0.0, report.Site);
        foreach (var (s, c) in statistics.Zip(counts))
        {
            int sequences = c.Data.Length / site.Experts;
            double each = (double)report.Tokens / sequences;
            for (var e = 0; e < site.Experts && site.Router.BalancesSequences; e++)
                balance += site.Router.BalanceLoss / sequences * site.Experts * s.Data[e] / (each * site.TopK) / each;
            for (var e = 0; e < site.Experts && !site.Router.BalancesSequences; e++)
                balance += site.Router.BalanceLoss * site.Experts * (c.Row(e).ToArray().Sum() / (report.Tokens * site.TopK)) * (s.Data[e] / report.Tokens);
            z += site.Router.RouterZLoss * s.Data[site.Experts] / report.Tokens;
        }
        return (balance, z);
    }

    public static DoubleTensor Permute(DoubleTensor x, DoubleTensor slots, int k)
    {
        var sent = new DoubleTensor([x.Rows * k, x.Last]);
        foreach (var copy in Kept(slots))
            x.Row(copy / k).CopyTo(sent.Row((int)slots.Data[copy]));
        return sent;
    }

    public static DoubleTensor PermuteGradient(DoubleTensor dsent, DoubleTensor slots, int k, int[] shape)
    {
        var dx = new DoubleTensor(shape);
        foreach (var copy in Kept(slots))
            for (var c = 0; c < dx.Last; c++)
                dx.Row(copy / k)[c] += dsent.Row((int)slots.Data[copy])[c];
        return dx;
    }

    public static DoubleTensor Combine(DoubleTensor returned, DoubleTensor slots, DoubleTensor gates, int k)
    {
        var y = gates.WithLast(returned.Last);
        foreach (var copy in Kept(slots))
            for (var c = 0; c < y.Last; c++)
                y.Row(copy / k)[c] += gates.Data[copy] * returned.Row((int)slots.Data[copy])[c];
        return y;
    }

    public static DoubleTensor[] CombineGradient(DoubleTensor dy, DoubleTensor returned, DoubleTensor slots, DoubleTensor gates, int k)
    {
        DoubleTensor dreturned = new(returned.Shape), dgates = new(gates.Shape);
        foreach (var copy in Kept(slots))
        {
            var slot = (int)slots.Data[copy];
            for (var c = 0; c < dy.Last; c++)
                dreturned.Row(slot)[c] = gates.Data[copy] * dy.Row(copy / k)[c];
            dgates.Data[copy] = Norms.Dot(dy.Row(copy / k), returned.Row(slot));
        }
        return [dreturned, dgates];
    }

    private static DoubleTensor Slots(DoubleTensor chosen, bool[] kept)
    {
        var slots = new DoubleTensor(chosen.Shape);
        Array.Fill(slots.Data, Dropped);
        var order = Enumerable.Range(0, chosen.Data.Length).Where(copy => kept[copy]).OrderBy(copy => chosen.Data[copy]).ToArray();
        for (var slot = 0; slot < order.Length; slot++)
            slots.Data[order[slot]] = slot;
        return slots;
    }

    private static IEnumerable<int> Kept(DoubleTensor slots) => Enumerable.Range(0, slots.Data.Length).Where(copy => slots.Data[copy] != Dropped);
}
