using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class SiluGateTests
{
    public static TheoryData<int> Lengths => [0, 1, 15, 16, 17, 1000, 40_003];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void SiluGate_AnyLength_HasTheBitsOfSiluAndMultiply(int length)
    {
        var (gate, up) = (Numbers.Random(length, 1, -9, 9), Numbers.Random(length, 2));
        var (silu, expected, y) = (new float[length], new float[length], new float[length]);
        K.Silu(gate, silu);
        K.Multiply(silu, up, expected);
        K.SiluGate(gate, up, y);
        Numbers.SameBits(expected, y);
        Numbers.Near([.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)], y);
        foreach (var inPlace in new[] { gate, up })
        {
            var (g, u) = ((float[])gate.Clone(), (float[])up.Clone());
            var target = inPlace == gate ? g : u;
            K.SiluGate(g, u, target);
            Numbers.SameBits(expected, target);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void SiluGateGradient_AnyLength_AgreesWithTheDerivative(int length)
    {
        var (gate, up, dy) = (Numbers.Random(length, 1, -9, 9), Numbers.Random(length, 2), Numbers.Random(length, 3));
        var (dgate, dup) = (new float[length], new float[length]);
        K.SiluGateGradient(gate, up, dy, dgate, dup);
        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        Numbers.Near([.. gate.Select((g, i) => (double)dy[i] * up[i] * Sigmoid(g) * (1 + (g * (1 - Sigmoid(g)))))], dgate);
        Numbers.Near([.. gate.Select((g, i) => (double)dy[i] * g * Sigmoid(g))], dup);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    public void SiluGateGradient_OutputsInInputs_HaveTheSameBits(int gateInto, int upInto)
    {
        float[][] inputs = [Numbers.Random(77, 1, -9, 9), Numbers.Random(77, 2), Numbers.Random(77, 3)];
        var (dgate, dup) = (new float[77], new float[77]);
        K.SiluGateGradient(inputs[0], inputs[1], inputs[2], dgate, dup);
        K.SiluGateGradient(inputs[0], inputs[1], inputs[2], inputs[gateInto], inputs[upInto]);
        Numbers.SameBits(dgate, inputs[gateInto]);
        Numbers.SameBits(dup, inputs[upInto]);
    }

    [Fact]
    public void SiluGate_AtTheEdges_KeepsNaNAndSaturates()
    {
        float[] gate = [float.NaN, float.PositiveInfinity, 200, -200, 1, 0];
        float[] up = [1, 2, 3, 4, float.NaN, float.PositiveInfinity];
        var y = new float[6];
        K.SiluGate(gate, up, y);
        Assert.Equal([float.NaN, float.PositiveInfinity, 600, 0, float.NaN, float.NaN], y);
    }

    [Fact]
    public void SiluGate_OtherLength_IsAnErrorThatNamesTheOperand()
    {
        var three = new float[3];
        Assert.Contains("up has 2 elements; need 3", Assert.Throws<ArgumentException>(() => K.SiluGate(three, new float[2], three)).Message);
        Assert.Contains("y has 4 elements; need 3", Assert.Throws<ArgumentException>(() => K.SiluGate(three, three, new float[4])).Message);
        Assert.Contains("dup has 2 elements; need 3", Assert.Throws<ArgumentException>(() => K.SiluGateGradient(three, three, three, three, new float[2])).Message);
    }
}
