using Shardwright.Compiler.Ops;

namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Sums and the cross-entropy.</summary>
internal static class Losses
{
    public static double Number(ScalarFactor factor, ProgramInputs inputs) => factor.OverLossDenominator ? factor.Number / inputs.LossDenominator : factor.Number;

    /// <summary>[t, c…] → [c…]: as many trailing elements as the result has.</summary>
    public static DoubleTensor SumTokens(DoubleTensor x, int[] shape)
    {
        var y = new DoubleTensor(shape);
        for (var i = 0; i < x.Data.Length; i++)
            y.Data[i % y.Data.Length] += x.Data[i];
        return y;
    }

    /// <summary>[r…, c…] → [r…]: as many leading elements as the result has.</summary>
    public static DoubleTensor SumColumns(DoubleTensor x, int[] shape)
    {
        var y = new DoubleTensor(shape);
        for (var i = 0; i < x.Data.Length; i++)
            y.Data[i / (x.Data.Length / y.Data.Length)] += x.Data[i];
        return y;
    }

    /// <summary>Σ weight · nll, and each row's log-sum-exp.</summary>
    public static DoubleTensor[] CrossEntropy(DoubleTensor logits, DoubleTensor targets, DoubleTensor? weights)
    {
        var logSumExp = new DoubleTensor(targets.Shape);
        var sum = 0.0;
        for (var r = 0; r < logits.Rows; r++)
        {
            logSumExp.Data[r] = Norms.LogSumExp(logits.Row(r));
            sum += (weights?.Data[r] ?? 1) * (logSumExp.Data[r] - logits.Row(r)[(int)targets.Data[r]]);
        }
        return [DoubleTensor.Scalar(sum), logSumExp];
    }

    public static DoubleTensor CrossEntropyGradient(DoubleTensor logits, DoubleTensor targets, DoubleTensor? weights, double scale)
    {
        var gradient = Norms.Softmax(logits);
        for (var r = 0; r < logits.Rows; r++)
        {
            gradient.Row(r)[(int)targets.Data[r]] -= 1;
            foreach (ref var value in gradient.Row(r))
                value *= scale * (weights?.Data[r] ?? 1);
        }
        return gradient;
    }
}
