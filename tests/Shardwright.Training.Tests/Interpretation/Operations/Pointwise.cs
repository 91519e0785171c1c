namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>Element by element.</summary>
internal static class Pointwise
{
    private static readonly double RootTwoOverPi = Math.Sqrt(2 / Math.PI);

    /// <summary>NumPy's broadcasting.</summary>
    public static DoubleTensor Broadcast(DoubleTensor a, DoubleTensor b, Func<double, double, double> f)
    {
        var rank = Math.Max(a.Shape.Length, b.Shape.Length);
        int Size(DoubleTensor t, int dimension) => dimension - rank + t.Shape.Length is >= 0 and var own ? t.Shape[own] : 1;
        var result = new DoubleTensor(Enumerable.Range(0, rank).Select(d => Size(a, d) == 1 ? Size(b, d) : Size(a, d)));
        for (var i = 0; i < result.Data.Length; i++)
            result.Data[i] = f(a.Data[Index(a, i)], b.Data[Index(b, i)]);
        return result;

        int Index(DoubleTensor t, int flat)
        {
            int index = 0, stride = 1;
            for (var d = rank - 1; d >= 0; d--)
            {
                var position = flat % result.Shape[d];
                flat /= result.Shape[d];
                index += Size(t, d) == 1 ? 0 : position * stride;
                stride *= Size(t, d);
            }
            return index;
        }
    }

    public static DoubleTensor SiluGate(DoubleTensor gate, DoubleTensor up) => gate.Zip(up, (g, u) => g * Logistic(g) * u);

    /// <summary>dgate and dup.</summary>
    public static DoubleTensor[] SiluGateGradient(DoubleTensor gate, DoubleTensor up, DoubleTensor dy) =>
        [gate.Zip(up, (g, u) => Derivative("Silu", g) * u).Zip(dy, (f, d) => f * d), gate.Zip(dy, (g, d) => g * Logistic(g) * d)];

    public static Func<double, double> Function(string function) => function switch
    {
        "Silu" => x => x * Logistic(x),
        "Gelu" => x => 0.5 * x * (1 + Math.Tanh(Inner(x))),
        "Relu" => x => Math.Max(0, x),
        "Sigmoid" => Logistic,
        "Tanh" => Math.Tanh,
        "Exp" => Math.Exp,
        "Reciprocal" => x => 1 / x,
        _ => throw new NotSupportedException(function),
    };

    /// <summary>From the input for Silu, Gelu and Relu, from the output for the others.</summary>
    public static double Derivative(string function, double saved)
    {
        switch (function)
        {
            case "Silu":
                return Logistic(saved) * (1 + (saved * (1 - Logistic(saved))));
            case "Gelu":
                var t = Math.Tanh(Inner(saved));
                return (0.5 * (1 + t)) + (0.5 * saved * (1 - (t * t)) * RootTwoOverPi * (1 + (3 * 0.044715 * saved * saved)));
            case "Relu":
                return saved > 0 ? 1 : 0;
            case "Sigmoid":
                return saved * (1 - saved);
            case "Tanh":
                return 1 - (saved * saved);
            case "Exp":
                return saved;
            case "Reciprocal":
                return -saved * saved;
            default:
                throw new NotSupportedException(function);
        }
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static double Inner(double x) => RootTwoOverPi * (x + (0.044715 * x * x * x));
}
