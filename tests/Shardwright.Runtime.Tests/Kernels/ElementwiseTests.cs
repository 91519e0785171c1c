using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class ElementwiseTests
{
    public delegate void Forward(ReadOnlySpan<float> x, Span<float> y);

    public delegate void Backward(ReadOnlySpan<float> saved, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate);

    private static readonly Dictionary<string, (Forward Forward, Backward Backward, Func<double, double> Reference, bool SavesOutput)> Functions = new()
    {
        ["Silu"] = (K.Silu, K.SiluGradient, x => x / (1 + Math.Exp(-x)), false),
        ["Gelu"] = (K.Gelu, K.GeluGradient, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))), false),
        ["Relu"] = (K.Relu, K.ReluGradient, x => Math.Max(x, 0), false),
        ["Sigmoid"] = (K.Sigmoid, K.SigmoidGradient, x => 1 / (1 + Math.Exp(-x)), true),
        ["Tanh"] = (K.Tanh, K.TanhGradient, Math.Tanh, true),
        ["Exp"] = (K.Exp, K.ExpGradient, Math.Exp, true),
        ["Reciprocal"] = (K.Reciprocal, K.ReciprocalGradient, x => 1 / x, true),
    };

    public static TheoryData<string> Names => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_OverItsRange_AgreesWithDoubleToAFewUlps(string name)
    {
        var (forward, _, reference, _) = Functions[name];
        var x = Numbers.Random(4099, 1, -9, 9);
        var y = new float[x.Length];
        forward(x, y);
        for (var i = 0; i < x.Length; i++)
        {
            var expected = reference(x[i]);
            var scale = Math.Max(Math.Abs(expected), name is "Gelu" ? 1 : 1e-3);
            Assert.True(Math.Abs(expected - y[i]) <= 4e-7 * scale, $"{name}({x[i]:R}): expected {expected:R}, got {y[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_OfFunction_AgreesWithFiniteDifferences(string name)
    {
        var (forward, backward, reference, savesOutput) = Functions[name];
        var x = Array.ConvertAll(Numbers.Random(101, 1, -3, 3), value => MathF.Abs(value) < 0.1f ? value + 0.5f : value);
        var dy = Numbers.Random(101, 2);
        var y = new float[101];
        forward(x, y);
        var start = Numbers.Random(101, 3);
        var dx = new float[101];
        backward(savesOutput ? y : x, dy, dx, false);
        for (var i = 0; i < 101; i++)
        {
            var slope = (reference(x[i] + 1e-6) - reference(x[i] - 1e-6)) / 2e-6;
            Assert.True(Math.Abs((slope * dy[i]) - dx[i]) <= 3e-6 * Math.Max(1, Math.Abs(slope)), $"{name}'({x[i]}): expected {slope * dy[i]}, got {dx[i]}");
        }

        var sum = (float[])start.Clone();
        backward(savesOutput ? y : x, dy, sum, true);
        Numbers.SameBits(Numbers.Sum(start, dx), sum);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_OfAnElement_HasTheSameBitsInEveryLane(string name)
    {
        var forward = Functions[name].Forward;
        var x = Numbers.Random(70, 4, -5, 5);
        var whole = new float[70];
        forward(x, whole);
        for (var first = 0; first < 70; first += 3)
        {
            for (var count = 1; first + count <= 70 && count < 20; count++)
            {
                var part = new float[count];
                forward(x.AsSpan(first, count), part);
                Numbers.SameBits(whole.AsSpan(first, count), part);
            }
        }
    }

    [Fact]
    public void Exp_AtTheEdges_SaturatesAndKeepsNaN()
    {
        var y = new float[7];
        K.Exp([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 89, -104.5f, 0, -100], y);
        Assert.True(float.IsNaN(y[0]));
        Assert.Equal([float.PositiveInfinity, 0, float.PositiveInfinity, 0, 1], y[1..6]);
        Assert.Equal(Math.Exp(-100), y[6], 1.5e-45);
    }

    [Fact]
    public void Arithmetic_OnEqualLengths_EqualsScalarArithmetic()
    {
        var a = Numbers.Random(53, 1);
        var b = Numbers.Random(53, 2, 1, 2);
        var y = new float[53];
        K.Add(a, b, y);
        Numbers.SameBits([.. a.Zip(b, (p, q) => p + q)], y);
        K.Subtract(a, b, y);
        Numbers.SameBits([.. a.Zip(b, (p, q) => p - q)], y);
        K.Divide(a, b, y);
        Numbers.SameBits([.. a.Zip(b, (p, q) => p / q)], y);
        K.Multiply(a, b, y);
        Numbers.SameBits([.. a.Zip(b, (p, q) => p * q)], y);
        K.Scale(a, 3, y);
        Numbers.SameBits([.. a.Select(p => p * 3)], y);
        K.Shift(a, 3, y);
        Numbers.SameBits([.. a.Select(p => p + 3)], y);
        K.Accumulate(b, y);
        Numbers.SameBits([.. a.Zip(b, (p, q) => p + 3 + q)], y);
        K.Divide(a, b, y);
        var db = new float[53];
        K.DivideGradient(a, y, b, db);
        Numbers.Near([.. a.Zip(b, (p, q) => -(double)p * p / q / q)], db);
        K.Copy(a, y);
        Assert.Equal(a, y);
        K.Clear(y);
        Assert.All(y, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1, 5, 40)]
    [InlineData(1, 37, 111)]
    [InlineData(7, 3, 63)]
    [InlineData(20, 1, 60)]
    public void Broadcast_AnyRepeat_ReadsTheSharedElement(int repeat, int length, int total)
    {
        var a = Numbers.Random(total, 1, 1, 2);
        var b = Numbers.Random(length, 2, 1, 2);
        var y = new float[total];
        float[] Expect(Func<float, float, float> f) => [.. a.Select((value, i) => f(value, b[i / repeat % length]))];
        K.AddBroadcast(a, b, y, repeat, length);
        Numbers.SameBits(Expect((p, q) => p + q), y);
        K.MultiplyBroadcast(a, b, y, repeat, length);
        Numbers.SameBits(Expect((p, q) => p * q), y);
        K.SubtractBroadcast(a, b, y, repeat, length, reversed: true);
        Numbers.SameBits(Expect((p, q) => q - p), y);
        K.DivideBroadcast(a, b, y, repeat, length);
        Numbers.SameBits(Expect((p, q) => p / q), y);
        K.DivideBroadcast(a, b, y, repeat, length, reversed: true);
        Numbers.SameBits(Expect((p, q) => q / p), y);
    }

    [Fact]
    public void AdamW_ThreeSteps_AgreesWithDoubleReference()
    {
        const int Count = 37;
        var p = Numbers.Random(Count, 1);
        var (m, v) = (new float[Count], new float[Count]);
        var (wp, wm, wv) = (Numbers.Wide(p), new double[Count], new double[Count]);
        for (var step = 1; step <= 3; step++)
        {
            var g = Numbers.Random(Count, 10 + step);
            K.AdamW(p, g, m, v, 0.5f, 0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, step);
            for (var i = 0; i < Count; i++)
            {
                var gi = 0.5 * g[i];
                wm[i] = (0.9 * wm[i]) + (0.1 * gi);
                wv[i] = (0.95 * wv[i]) + (0.05 * gi * gi);
                var direction = wm[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(wv[i] / (1 - Math.Pow(0.95, step))) + 1e-8);
                wp[i] -= 0.01 * (direction + (0.1 * wp[i]));
            }
        }

        Numbers.Near(wp, p);
        Numbers.Near(wm, m);
        Numbers.Near(wv, v);
    }

    [Fact]
    public void SumOfSquares_ManyBlocks_AgreesWithDouble()
    {
        var x = Numbers.Random(50_001, 1);
        Assert.Equal(x.Sum(value => (double)value * value), K.SumOfSquares(x), 1e-2);
        Assert.Equal(0, K.SumOfSquares([]));
    }
}
