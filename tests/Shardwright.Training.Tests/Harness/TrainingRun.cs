using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests.Harness;

/// <summary>Everything that some steps leave behind, for comparison to the bit with another mesh, thread count or dispatch.</summary>
public sealed class TrainingRun
{
    /// <summary>Loss, balance loss, router z-loss and gradient norm of every step.</summary>
    public required IReadOnlyList<float[]> Curves { get; init; }

    /// <summary>By slot, instance and expert, after the last step.</summary>
    public required IReadOnlyList<(string Name, float[] Values)> Parameters { get; init; }

    /// <summary>Of the last step.</summary>
    public required IReadOnlyList<(string Name, float[] Values)> Gradients { get; init; }

    public required float[] Logits { get; init; }

    public required float[] Evaluated { get; init; }

    /// <summary>Trains on the fixture's inputs from its parameters, then evaluates and runs Forward on the first step's inputs. <paramref name="weights"/> replace the fixture's loss weights of a step.</summary>
    public static TrainingRun Of(
        string model, (int Data, int Expert) mesh, int steps, TrainerOptions? options = null, string? source = null, Func<int, float[]>? weights = null)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, mesh, fixture, replay: false, options, source);
        weights ??= fixture.Weights;
        float[] Weights(int step) => fixture.Weighted ? weights(step) : [];
        float[][] curves = [.. Enumerable.Range(0, 4).Select(_ => new float[steps])];
        for (int step = 0; step < steps; step++)
        {
            var report = trainer.Step(fixture.Tokens(step), fixture.Targets(step), Weights(step));
            (curves[0][step], curves[1][step], curves[2][step], curves[3][step]) = (report.Loss, report.BalanceLoss, report.RouterZLoss, report.GradientNorm);
        }
        var logits = new float[trainer.Plan.OutputElements];
        trainer.Forward(fixture.Tokens(0).AsSpan(0, fixture.TokensPerMicroBatch), logits);
        return new()
        {
            Curves = curves,
            Parameters = [.. trainer.Parameters().Select(p => (p.Path, trainer.Parameter(p)))],
            Gradients = [.. trainer.Parameters().Select(p => ("gradient of " + p.Path, trainer.Gradient(p)))],
            Logits = logits,
            Evaluated = [trainer.Evaluate(fixture.Tokens(0), fixture.Targets(0), Weights(0))],
        };
    }

    public static void AssertSameBits(TrainingRun expected, TrainingRun actual)
    {
        foreach (var ((curve, other), name) in expected.Curves.Zip(actual.Curves).Zip(["loss", "balance loss", "router z-loss", "gradient norm"]))
            Compare.SameBits(curve, other, name);
        Assert.Equal(expected.Parameters.Select(p => p.Name), actual.Parameters.Select(p => p.Name));
        foreach (var (one, other) in expected.Gradients.Concat(expected.Parameters).Zip(actual.Gradients.Concat(actual.Parameters)))
            Compare.SameBits(one.Values, other.Values, one.Name);
        Compare.SameBits(expected.Logits, actual.Logits, "logits");
        Compare.SameBits(expected.Evaluated, actual.Evaluated, "evaluated loss");
    }

    public void AssertFinite()
    {
        foreach (var (name, values) in Curves.Select(c => ("curve", c)).Concat(Gradients).Concat(Parameters))
            Assert.True(Array.TrueForAll(values, float.IsFinite), $"{name} has a value that is not finite");
    }
}
