namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Functions of a whole row.</summary>
internal static class Norms
{
    public static DoubleTensor Softmax(DoubleTensor x)
    {
        var y = new DoubleTensor(x.Shape);
        for (var r = 0; r < x.Rows; r++)
        {
            var logSumExp = LogSumExp(x.Row(r));
            for (var c = 0; c < x.Last; c++)
                y.Row(r)[c] = Math.Exp(x.Row(r)[c] - logSumExp);
        }
        return y;
    }

    public static double LogSumExp(ReadOnlySpan<double> row)
    {
        var largest = double.NegativeInfinity;
        foreach (var value in row)
            largest = Math.Max(largest, value);
        var sum = 0.0;
        foreach (var value in row)
            sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }

    public static DoubleTensor SoftmaxGradient(DoubleTensor y, DoubleTensor dy)
    {
        var dx = new DoubleTensor(y.Shape);
        for (var r = 0; r < y.Rows; r++)
        {
            var dot = Dot(y.Row(r), dy.Row(r));
            for (var c = 0; c < y.Last; c++)
                dx.Row(r)[c] = y.Row(r)[c] * (dy.Row(r)[c] - dot);
        }
        return dx;
    }

    /// <summary>y and 1 ÷ √(mean(x²) + ε) a row.</summary>
    public static DoubleTensor[] RmsNorm(DoubleTensor x, DoubleTensor gain, double epsilon)
    {
        var inverse = RowTensor(x);
        for (var r = 0; r < x.Rows; r++)
            inverse.Data[r] = 1 / Math.Sqrt((Dot(x.Row(r), x.Row(r)) / x.Last) + epsilon);
        return [Normed(x, null, inverse, (normed, c) => normed * gain.Data[c]), inverse];
    }

    public static DoubleTensor RmsNormGradient(DoubleTensor x, DoubleTensor gain, DoubleTensor inverse, DoubleTensor dy)
    {
        var dx = new DoubleTensor(x.Shape);
        for (var r = 0; r < x.Rows; r++)
        {
            double s = inverse.Data[r], projection = 0;
            for (var c = 0; c < x.Last; c++)
                projection += dy.Row(r)[c] * gain.Data[c] * x.Row(r)[c];
            for (var c = 0; c < x.Last; c++)
                dx.Row(r)[c] = (s * gain.Data[c] * dy.Row(r)[c]) - (s * s * s * x.Row(r)[c] * projection / x.Last);
        }
        return dx;
    }

    /// <summary>y, mean and 1 ÷ √(variance + ε) a row.</summary>
    public static DoubleTensor[] LayerNorm(DoubleTensor x, DoubleTensor gain, DoubleTensor bias, double epsilon)
    {
        DoubleTensor mean = RowTensor(x), inverse = RowTensor(x);
        for (var r = 0; r < x.Rows; r++)
        {
            double sum = 0, squares = 0;
            foreach (var value in x.Row(r))
                sum += value;
            mean.Data[r] = sum / x.Last;
            foreach (var value in x.Row(r))
                squares += (value - mean.Data[r]) * (value - mean.Data[r]);
            inverse.Data[r] = 1 / Math.Sqrt((squares / x.Last) + epsilon);
        }
        return [Normed(x, mean, inverse, (normed, c) => (normed * gain.Data[c]) + bias.Data[c]), mean, inverse];
    }

    public static DoubleTensor LayerNormGradient(DoubleTensor x, DoubleTensor gain, DoubleTensor mean, DoubleTensor inverse, DoubleTensor dy)
    {
        var dx = new DoubleTensor(x.Shape);
        for (var r = 0; r < x.Rows; r++)
        {
            double average = 0, projection = 0;
            for (var c = 0; c < x.Last; c++)
            {
                average += dy.Row(r)[c] * gain.Data[c] / x.Last;
                projection += dy.Row(r)[c] * gain.Data[c] * Normalised(r, c) / x.Last;
            }
            for (var c = 0; c < x.Last; c++)
                dx.Row(r)[c] = inverse.Data[r] * ((dy.Row(r)[c] * gain.Data[c]) - average - (Normalised(r, c) * projection));
        }
        return dx;

        double Normalised(int r, int c) => (x.Row(r)[c] - mean.Data[r]) * inverse.Data[r];
    }

    /// <summary>Σ over rows of dy · the normalised input.</summary>
    public static DoubleTensor GainGradient(DoubleTensor x, DoubleTensor? mean, DoubleTensor inverse, DoubleTensor dy)
    {
        var gain = new DoubleTensor([x.Last]);
        for (var r = 0; r < x.Rows; r++)
            for (var c = 0; c < x.Last; c++)
                gain.Data[c] += dy.Row(r)[c] * (x.Row(r)[c] - (mean?.Data[r] ?? 0)) * inverse.Data[r];
        return gain;
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static DoubleTensor RowTensor(DoubleTensor x) => new(x.Shape.SkipLast(1));

    private static DoubleTensor Normed(DoubleTensor x, DoubleTensor? mean, DoubleTensor inverse, Func<double, int, double> affine)
    {
        var y = new DoubleTensor(x.Shape);
        for (var r = 0; r < x.Rows; r++)
            for (var c = 0; c < x.Last; c++)
                y.Row(r)[c] = affine((x.Row(r)[c] - (mean?.Data[r] ?? 0)) * inverse.Data[r], c);
        return y;
    }
}
