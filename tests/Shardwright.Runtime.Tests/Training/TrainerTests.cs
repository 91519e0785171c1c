namespace Shardwright.Runtime.Tests;

public sealed class TrainerTests
{
    [Theory, InlineData(2, 1), InlineData(2, 2), InlineData(4, 1), InlineData(4, 2), InlineData(4, 4), InlineData(8, 4)]
    public void Step_OnAnyMesh_GivesTheBitsOfTheOneRankRun(int data, int expert)
    {
        var expected = Train(1, 1, Dispatch.Variable);
        foreach (var lowering in new[] { Dispatch.Variable, Dispatch.Padded, Dispatch.Gathered })
            Assert.Equal(expected, Train(data, expert, lowering));
    }

    [Fact]
    public void Step_RepeatedOnOneBatch_LowersTheLossAndClips()
    {
        using var trainer = new TinyTrainer(2, 2);
        var batch = new TinyBatch(1);
        float first = trainer.Step(batch).Loss;
        bool clipped = false;
        StepReport report = null!;
        for (int step = 1; step < 40; step++)
        {
            report = trainer.Step(batch);
            clipped |= report.GradientNorm > trainer.Options.ClipNorm;
        }
        Assert.True(report.Loss < 0.9f * first, $"{first} → {report.Loss}");
        Assert.True(clipped);
    }

    [Fact]
    public void Gradient_OfEveryParameter_EqualsTheDifferenceQuotientOfTheEvaluatedLoss()
    {
        using var trainer = new TinyTrainer(4, 2, TinyTrainer.Default with { LearningRate = 0 });
        var batch = new TinyBatch(2);
        trainer.Step(batch);
        float[] values = new float[TinyPlan.Width], gradient = new float[TinyPlan.Width];
        for (int expert = -1; expert < TinyPlan.Experts; expert++)
        {
            int slot = expert < 0 ? 0 : 1;
            trainer.CopyGradient(slot, 0, expert, gradient);
            for (int i = 0; i < TinyPlan.Width; i++)
            {
                float At(float delta)
                {
                    trainer.CopyParameter(slot, 0, expert, values);
                    values[i] += delta;
                    trainer.SetParameter(slot, 0, expert, values);
                    float loss = trainer.Evaluate(batch);
                    values[i] -= delta;
                    trainer.SetParameter(slot, 0, expert, values);
                    return loss;
                }
                // The loss is quadratic in each parameter, so a wide central difference is exact but for rounding.
                Assert.Equal((At(0.5f) - At(-0.5f)) / 1f, gradient[i], 2e-6f);
            }
        }
    }

    [Fact]
    public void Step_Report_CountsTokensBytesMemoryAndRates()
    {
        using var trainer = new TinyTrainer(4, 4);
        var batch = new TinyBatch(3);
        var report = trainer.Step(batch);
        int[] counts = new int[TinyPlan.Experts];
        long offRank = 0, tokens = TinyPlan.Batch * TinyPlan.Length;
        for (int token = 0; token < TinyPlan.MicroBatches * tokens; token++)
        {
            var logits = batch.Logits.AsSpan(token * TinyPlan.Experts, TinyPlan.Experts);
            int expert = logits.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(logits));
            counts[expert]++;
            if (expert != token % tokens / (tokens / 4))
                offRank += 4 * TinyPlan.Width * sizeof(float);         // there and back, forward and backward
        }
        Assert.Equal(counts, report.TokensPerExpert(0, 0).ToArray());
        Assert.Equal(offRank, report.Bytes(Collective.AllToAll));
        Assert.Equal(TinyPlan.MicroBatches * 4L * 3 * TinyPlan.Batch / 4 * TinyPlan.Experts * sizeof(int), report.Bytes(Collective.AllGather));
        Assert.Equal((0, 0.05f / 3, 0.5f, 0.25f), (report.Step, report.LearningRate, report.BalanceLoss, report.RouterZLoss));
        Assert.Equal(TinyPlan.MicroBatches * tokens / report.Elapsed.TotalSeconds, report.TokensPerSecond, 1e-6 * report.TokensPerSecond);
        Assert.Same(report, trainer.Step(batch));
        Assert.Equal(1, report.Step);
        Assert.Equal(counts, report.TokensPerExpert(0, 0).ToArray());
        Assert.Contains("1 expert groups", Assert.Throws<ArgumentOutOfRangeException>(() => report.TokensPerExpert(1, 0).Length).Message);
    }

    [Fact]
    public void HighWaterBytes_OfAStep_EqualsThePlanAtTheBusiestRank()
    {
        using var trainer = new TinyTrainer(2, 2);
        var batch = new TinyBatch(4) { Logits = new float[TinyPlan.MicroBatches * TinyPlan.Batch * TinyPlan.Length * TinyPlan.Experts] };
        var report = trainer.Step(batch);                              // equal logits: every token to expert 0, all on rank 0
        Assert.Equal(trainer.Plan.PeakBytes(TinyPlan.Batch * TinyPlan.Length), report.HighWaterBytes);
        Assert.Equal(trainer.Plan.WorstPeakBytes, report.HighWaterBytes);
    }

    [Fact]
    public void Step_BufferOfMoreElementsThanASpanHolds_SaysSoAndWhatToDo()
    {
        using var trainer = new TinyTrainer(1, 1, extraElements: 3_000_000_000);

        string error = Assert.ThrowsAny<Exception>(() => trainer.Step(new TinyBatch(4))).ToString();

        Assert.Contains("has a buffer of 3000000000 elements; an emulated rank holds at most 2147483647 in one. Split the experts over more ranks", error);
    }

    [Fact]
    public void Evaluate_OfSeveralMicroBatches_IsTheMeanByWeight()
    {
        using var trainer = new TinyTrainer(2, 1);
        var batches = new[] { 10, 11, 12 }.Select(seed => new TinyBatch(seed, 1) { Target = [0.1f, 0.2f, 0.3f] }).ToArray();
        double sum = batches.Sum(batch => (double)trainer.Evaluate(batch) * batch.Weights.Sum(weight => (double)weight)), weights = batches.Sum(batch => batch.Weights.Sum(weight => (double)weight));
        var all = new TinyBatch(0, 3)
        {
            X = [.. batches.SelectMany(b => b.X)],
            Logits = [.. batches.SelectMany(b => b.Logits)],
            Target = [.. batches.SelectMany(b => b.Target)],
            Weights = [.. batches.SelectMany(b => b.Weights)],
            Ids = [.. batches.SelectMany(b => b.Ids)],
        };
        Assert.Equal(sum / weights, trainer.Evaluate(all), 1e-6);
    }

    [Theory, InlineData(1, 1), InlineData(4, 2)]
    public void Forward_OnAnyMesh_WritesEveryRowInGlobalOrder(int data, int expert)
    {
        using var trainer = new TinyTrainer(data, expert);
        var batch = new TinyBatch(6, 2);
        var model = new TinyModel();
        trainer.CopyTo(model);
        var output = new float[batch.X.Length];
        trainer.Forward(batch, output);
        for (int i = 0; i < output.Length; i++)
        {
            int token = i / TinyPlan.Width;
            var logits = batch.Logits.AsSpan(token * TinyPlan.Experts, TinyPlan.Experts);
            float[] scale = [.. model.Scales[System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits)].Value];
            Assert.Equal(scale[i % TinyPlan.Width] * batch.X[i], output[i]);
        }
    }

    private static List<int> Train(int data, int expert, Dispatch lowering)
    {
        using var trainer = new TinyTrainer(data, expert, lowering: lowering);
        var bits = new List<int>();
        for (int step = 0; step < 20; step++)
        {
            var report = trainer.Step(new TinyBatch(step));
            bits.AddRange(Ranks.Bits([report.Loss, report.GradientNorm, report.LearningRate]));
        }
        var model = new TinyModel();
        trainer.CopyTo(model);
        bits.AddRange(Ranks.Bits(model.Values));
        return bits;
    }
}
