using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class ParameterTests
{
    [Fact]
    public void Value_ReadInAnyOrder_DependsOnPathAndSeedOnly()
    {
        static Parameter Make(string path, ulong seed = 7)
        {
            var parameter = new Parameter(5, 3);
            parameter.Name(path, seed);
            return parameter;
        }

        Parameter a = Make("A"), b = Make("B"), laterB = Make("B"), laterA = Make("A");
        float[] firstA = Data.Flat(a.Value), firstB = Data.Flat(b.Value);
        Assert.Equal(firstB, Data.Flat(laterB.Value));
        Assert.Equal(firstA, Data.Flat(laterA.Value));
        Assert.NotEqual(firstA, firstB);
        Assert.NotEqual(firstA, Data.Flat(Make("A", seed: 8).Value));
    }

    [Fact]
    public void WriteInitial_BeforeAnyUse_IsTheValueWithoutStorage()
    {
        var parameter = new Parameter(6, 7) { Initial = Initial.Uniform(0.5f) };
        parameter.Name("P", 3);
        var initial = new float[42];
        parameter.WriteInitial(initial);
        Assert.False(parameter.IsMaterialized);
        Assert.Equal(initial, Data.Flat(parameter.Value));
        Assert.True(parameter.IsMaterialized);
        Data.AssertMessage(() => parameter.WriteInitial(new float[41]), "P", "41", "42", "[6, 7]");
    }

    [Fact]
    public void Name_BeforeFirstUse_Reseeds_AfterIt_KeepsTheValue()
    {
        var parameter = new Parameter(4, 4);
        parameter.Name("A", 1);
        parameter.Name("B", 2);
        var other = new Parameter(4, 4);
        other.Name("B", 2);
        var value = Data.Flat(parameter.Value);
        Assert.Equal(Data.Flat(other.Value), value);
        parameter.Name("C", 3);
        Assert.Equal(value, Data.Flat(parameter.Value));
        Assert.Equal(("C", 3ul), (parameter.Path, parameter.Seed));
    }

    [Fact]
    public void Initial_Unset_IsZeroForVectorsAndFanInNormalElse()
    {
        Assert.Equal(Initial.Zero, new Parameter(9).Initial);
        Assert.Equal(Initial.Normal(0.25f), new Parameter(16, 3).Initial);
        Assert.All(Data.Flat(new Parameter(9).Value), v => Assert.Equal(0, v));
        Assert.All(Data.Flat(new Parameter(3, 3) { Initial = Initial.One }.Value), v => Assert.Equal(1, v));

        var weights = Data.Flat(new Parameter(400, 250).Value);
        Assert.Equal(0.05, Math.Sqrt(weights.Average(v => (double)v * v)), 0.0005);
        var bounded = Data.Flat(new Parameter(400, 250) { Initial = Initial.Uniform(0.1f) }.Value);
        Assert.All(bounded, v => Assert.InRange(v, -0.1f, 0.1f));
        Assert.Equal(0.1 / Math.Sqrt(3), Math.Sqrt(bounded.Average(v => (double)v * v)), 0.001);
    }

    [Fact]
    public void Initial_WithoutShapeOrOutOfRange_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => default(Initial).Fill(new float[1], 0, ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initial.Normal(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initial.Uniform(float.NaN));
    }

    [Fact]
    public void Constructor_BadShape_NamesTheDimension()
    {
        Data.AssertMessage(() => _ = new Parameter(), "Parameter", "no dimensions");
        Data.AssertMessage(() => _ = new Parameter(3, 0), "dimension 1", "[3, 0]");
        Data.AssertMessage(() => _ = new State(-1), "State", "dimension 0", "[-1]");
    }

    [Fact]
    public void Value_Set_TakesTheTensorOrNamesBothShapes()
    {
        var parameter = new Parameter(2, 3);
        parameter.Name("Blocks[1].Query", 0);
        var replacement = Data.Random(1, 2, 3);
        parameter.Value = replacement;
        Assert.Same(replacement, parameter.Value);
        Data.AssertMessage(() => parameter.Value = Data.Random(1, 3, 2), "Blocks[1].Query", "[3, 2]", "[2, 3]");
    }

    [Fact]
    public void Value_MoreThanAnArrayHolds_SaysSo()
    {
        var parameter = new Parameter(100_000, 100_000);
        Assert.Equal(10_000_000_000, parameter.Length);
        Assert.Contains("[100000, 100000]", Assert.Throws<InvalidOperationException>(() => parameter.Value).Message);
    }

    // DeepSeek-V3's sizes (arXiv:2412.19437, section 4.2) without its attention: the bulk of 671 B parameters.
    [Fact]
    public void Model_Of671BillionParameters_AllocatesNoWeights()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var layers = new Repeated<ExpertGroup<Expert>>(58, () => new(count: 256, topK: 8, () => new(7168, 2048)));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        long parameters = 0;
        foreach (var layer in layers)
        {
            for (var e = 0; e < layer.Count; e++)
                parameters += layer[e].Gate.Length + layer[e].Up.Length + layer[e].Down.Length;
        }

        Assert.InRange(parameters, 650_000_000_000, 671_000_000_000);
        Assert.InRange(allocated, 0, 16 << 20);
        Assert.False(layers[57][255].Down.IsMaterialized);
    }

    private sealed class Expert(int width, int hidden) : IExpert
    {
        public Parameter Gate { get; } = new(width, hidden);

        public Parameter Up { get; } = new(width, hidden);

        public Parameter Down { get; } = new(hidden, width);

        public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);
    }
}
