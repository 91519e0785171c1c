namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Positions: rotary embedding and causal attention with the whole table of probabilities.</summary>
internal static class Attention
{
    /// <summary>Turns the pairs (i, i + size/2) of every head by position · θ^(−2i/size), or back.</summary>
    public static DoubleTensor Rope(DoubleTensor x, int heads, double theta, bool back)
    {
        int length = x.Shape[1], size = x.Last / heads;
        var y = new DoubleTensor(x.Shape);
        for (var row = 0; row < x.Rows; row++)
            for (var head = 0; head < heads; head++)
                for (var i = 0; i < size / 2; i++)
                {
                    var angle = row % length * Math.Pow(theta, -2.0 * i / size) * (back ? -1 : 1);
                    int first = (head * size) + i, second = first + (size / 2);
                    double a = x.Row(row)[first], b = x.Row(row)[second];
                    y.Row(row)[first] = (a * Math.Cos(angle)) - (b * Math.Sin(angle));
                    y.Row(row)[second] = (a * Math.Sin(angle)) + (b * Math.Cos(angle));
                }
        return y;
    }

    /// <summary>The result and each score row's log-sum-exp, [batch, heads, length].</summary>
    public static DoubleTensor[] Causal(DoubleTensor q, DoubleTensor k, DoubleTensor v, int heads)
    {
        var shape = new Shapes(q, k, heads);
        DoubleTensor y = new(q.Shape), logSumExp = new([shape.Batch, heads, shape.Length]);
        shape.ForEachQuery((batch, head, position) =>
        {
            var scores = shape.Scores(q, k, batch, head, position);
            var total = logSumExp.Data[(((batch * heads) + head) * shape.Length) + position] = Norms.LogSumExp(scores);
            for (var past = 0; past <= position; past++)
                for (var i = 0; i < shape.Size; i++)
                    shape.Query(y, batch, head, position)[i] += Math.Exp(scores[past] - total) * shape.Shared(v, batch, head, past)[i];
        });
        return [y, logSumExp];
    }

    public static DoubleTensor[] CausalGradient(DoubleTensor q, DoubleTensor k, DoubleTensor v, DoubleTensor dy, int heads)
    {
        var shape = new Shapes(q, k, heads);
        DoubleTensor dq = new(q.Shape), dk = new(k.Shape), dv = new(v.Shape);
        shape.ForEachQuery((batch, head, position) =>
        {
            var scores = shape.Scores(q, k, batch, head, position);
            var probabilities = Norms.Softmax(new([scores.Length], scores));
            var given = shape.Query(dy, batch, head, position);
            var dp = new DoubleTensor([position + 1]);
            for (var past = 0; past <= position; past++)
                dp.Data[past] = Norms.Dot(given, shape.Shared(v, batch, head, past));
            var ds = Norms.SoftmaxGradient(probabilities, dp);
            for (var past = 0; past <= position; past++)
                for (var i = 0; i < shape.Size; i++)
                {
                    shape.Shared(dv, batch, head, past)[i] += probabilities.Data[past] * given[i];
                    shape.Query(dq, batch, head, position)[i] += ds.Data[past] * shape.Shared(k, batch, head, past)[i] * shape.Scale;
                    shape.Shared(dk, batch, head, past)[i] += ds.Data[past] * shape.Query(q, batch, head, position)[i] * shape.Scale;
                }
        });
        return [dq, dk, dv];
    }

    /// <summary>Where a head's numbers are: key and value heads are shared by groups of query heads.</summary>
    private sealed class Shapes(DoubleTensor q, DoubleTensor k, int heads)
    {
        public int Batch => q.Shape[0];

        public int Length => q.Shape[1];

        public int Size { get; } = q.Last / heads;

        public double Scale => 1 / Math.Sqrt(Size);

        private int Group => heads / (k.Last / Size);

        public Span<double> Query(DoubleTensor t, int batch, int head, int position) => t.Row((batch * Length) + position).Slice(head * Size, Size);

        public Span<double> Shared(DoubleTensor t, int batch, int head, int position) => t.Row((batch * Length) + position).Slice(head / Group * Size, Size);

        public double[] Scores(DoubleTensor q, DoubleTensor k, int batch, int head, int position)
        {
            var scores = new double[position + 1];
            for (var past = 0; past <= position; past++)
                scores[past] = Scale * Norms.Dot(Query(q, batch, head, position), Shared(k, batch, head, past));
            return scores;
        }

        public void ForEachQuery(Action<int, int, int> body)
        {
            for (var batch = 0; batch < Batch; batch++)
                for (var head = 0; head < heads; head++)
                    for (var position = 0; position < Length; position++)
                        body(batch, head, position);
        }
    }
}
