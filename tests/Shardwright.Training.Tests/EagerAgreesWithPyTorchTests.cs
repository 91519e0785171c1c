using System.Numerics.Tensors;
using Models.GroupedQuery;
using Models.Sample;
using Models.TwoSizes;
using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests;

/// <summary>The models run as ordinary C#, and PyTorch's float64 values of the same models.</summary>
public sealed class EagerAgreesWithPyTorchTests
{
    private const double Tolerance = 1e-5; // relative; float32 against float64

    [Fact]
    public void Sample_FirstStep_HasTheLossesOfPyTorch()
    {
        var model = new Sample();
        AssertAgrees(model, (tokens, targets, weights) => model.Loss(tokens, targets, weights));
    }

    [Fact]
    public void GroupedQuery_FirstStep_HasTheLossesOfPyTorch()
    {
        var model = new GroupedQuery();
        AssertAgrees(model, (tokens, targets, _) => model.Loss(tokens, targets));
    }

    [Fact]
    public void TwoSizes_FirstStep_HasTheLossesOfPyTorch()
    {
        var model = new TwoSizes();
        AssertAgrees(model, (tokens, targets, _) => model.Loss(tokens, targets));
    }

    private static void AssertAgrees(object model, Func<Tensor<int>, Tensor<int>, Tensor<float>, Tensor<float>> loss)
    {
        var fixture = ReferenceFixture.Load(model.GetType().Name);
        Assert.Equal(
            fixture.Parameters.Select(p => (p.Path, string.Join('×', p.Shape))).Order(),
            ModelParameters.Of(model).Select(p => (p.Path, string.Join('×', p.Parameter.Shape.ToArray()))).Order());
        ModelParameters.SetReferenceValues(model, fixture.Seed);

        var step = RunStep(fixture, loss);

        Assert.Equal(fixture.Loss, step.Loss, Tolerance * fixture.Loss);
        Assert.Equal(fixture.Balance, step.Balance, Tolerance * fixture.Balance);
        Assert.Equal(fixture.RouterZ, step.RouterZ, Tolerance * fixture.RouterZ);
    }

    // The eager loss of a micro-batch is its own weighted mean: their mean weighted by Σ w is the step's, with one denominator.
    private static (double Loss, double Balance, double RouterZ) RunStep(ReferenceFixture fixture, Func<Tensor<int>, Tensor<int>, Tensor<float>, Tensor<float>> loss)
    {
        ReadOnlySpan<nint> shape = [fixture.Batch, fixture.Context];
        int[] tokens = fixture.Tokens(0), targets = fixture.Targets(0);
        var weights = fixture.Weighted ? fixture.Weights(0) : Enumerable.Repeat(1f, tokens.Length).ToArray();
        var allWeights = weights.Sum(w => (double)w);
        var step = (Loss: 0.0, Balance: 0.0, RouterZ: 0.0);
        for (var start = 0; start < tokens.Length; start += fixture.TokensPerMicroBatch)
        {
            var part = start..(start + fixture.TokensPerMicroBatch);
            using var auxiliary = AuxiliaryLosses.Record();
            var value = loss(Tensor.Create(tokens[part], shape), Tensor.Create(targets[part], shape), Tensor.Create(weights[part], shape));
            step.Loss += Tensor.Sum<float>(value) * weights[part].Sum(w => (double)w) / allWeights;
            step.Balance += auxiliary.Balance / (double)fixture.MicroBatches;
            step.RouterZ += auxiliary.RouterZ / (double)fixture.MicroBatches;
        }

        return step;
    }
}
