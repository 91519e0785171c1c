namespace Shardwright.Runtime.Tests;

[Collection(nameof(Allocations))]
public sealed class TrainerLifeTests
{
    [Theory, InlineData(1, 1, Dispatch.Variable), InlineData(2, 1, Dispatch.Variable), InlineData(4, 4, Dispatch.Variable), InlineData(4, 2, Dispatch.Padded), InlineData(4, 4, Dispatch.Gathered)]
    public void Step_InSteadyState_AllocatesNothingOnAnyThread(int data, int expert, Dispatch lowering)
    {
        using var trainer = new TinyTrainer(data, expert, lowering: lowering);
        var batch = new TinyBatch(1);
        double read = 0;
        void Steps(int count)
        {
            for (int step = 0; step < count; step++)
            {
                var report = trainer.Step(batch);
                read += report.Loss + report.GradientNorm + report.TokensPerSecond + report.Bytes(Collective.AllToAll) + report.HighWaterBytes + report.TokensPerExpert(0, 0)[0] + report.Elapsed.Ticks;
            }
        }
        Steps(40);
        Assert.Equal(0, Allocations.Of(() => Steps(20)));
        Assert.True(double.IsFinite(read));
    }

    [Fact]
    public void Step_WithKernelThreads_GivesTheSameBits()
    {
        float[] Run(int threads)
        {
            using var trainer = new TinyTrainer(2, 2, TinyTrainer.Default with { Threads = threads });
            return [.. Enumerable.Range(0, 5).Select(step => trainer.Step(new TinyBatch(step)).Loss)];
        }
        Assert.Equal(Run(1), Run(3));
    }

    [Fact]
    public void CopyToThenCopyFrom_AcrossMeshes_KeepsEveryBit()
    {
        using var source = new TinyTrainer(4, 4);
        source.Step(new TinyBatch(1));
        var model = new TinyModel();
        source.CopyTo(model);
        using var target = new TinyTrainer(4, 2, TinyTrainer.Default with { Seed = 99 });
        target.CopyFrom(model);
        var copy = new TinyModel();
        target.CopyTo(copy);
        Assert.Equal(model.Values, copy.Values);
        Assert.Equal(source.Evaluate(new TinyBatch(7)), target.Evaluate(new TinyBatch(7)));
        copy.Gain.Value.AsTensorSpan()[0] += 1;                       // a model never aliases an arena
        float[] gain = new float[TinyPlan.Width];
        target.CopyParameter(0, 0, -1, gain);
        Assert.Equal(model.Gain.Value.ToArray(), gain);
    }

    [Fact]
    public void Trainer_InitialValues_AreTheModelsOwnBySeedAndPath()
    {
        using var trainer = new TinyTrainer(4, 2);
        var gathered = new TinyModel();
        trainer.CopyTo(gathered);
        var fresh = new TinyModel();
        fresh.Scales[3].Name("Experts[3].Scale", TinyTrainer.Default.Seed);
        Assert.Equal(fresh.Scales[3].Value.ToArray(), gathered.Scales[3].Value.ToArray());
        Assert.Equal(fresh.Constant.Value.ToArray(), gathered.Constant.Value.ToArray());
    }

    [Fact]
    public void Step_ARankThrows_ThrowsTheUsersErrorAndThenRefusesInWords()
    {
        using var trainer = new TinyTrainer(4, 2, interrupt: (rank, step) =>
        {
            if (rank == 2 && step == 1)
                throw new ArgumentException("Embed: token 300 is outside the table of 256 rows.");
        });
        trainer.Step(new TinyBatch(1));
        var failure = Assert.Throws<ClusterException>(() => trainer.Step(new TinyBatch(2)));
        Assert.StartsWith("Embed: token 300 is outside the table of 256 rows.", failure.Message);
        Assert.IsType<ArgumentException>(failure.InnerException);
        var refusal = Assert.Throws<InvalidOperationException>(() => trainer.Step(new TinyBatch(3)));
        Assert.Contains("failed in step 1", refusal.Message);
        Assert.Contains("Create a new trainer", refusal.Message);
        Assert.Throws<InvalidOperationException>(() => trainer.CopyTo(new TinyModel()));
    }

    [Fact]
    public void Step_RoutingOverflowsTheHbm_NamesTheRoutedFrame()
    {
        long enough = TinyPlan.Create(2, 2).StaticBytes + 400;
        using var trainer = new TinyTrainer(2, 2, TinyTrainer.Default with { HbmBytesPerRank = enough });
        var batch = new TinyBatch(4) { Logits = new float[TinyPlan.MicroBatches * TinyPlan.Batch * TinyPlan.Length * TinyPlan.Experts] };
        var failure = Assert.Throws<ClusterException>(() => trainer.Step(batch));
        Assert.IsType<HbmOverflowException>(failure.InnerException);
        Assert.Contains("a routed frame of 16 rows × 36 B", failure.Message);
    }

    [Fact]
    public void Trainer_StaticMemoryBeyondTheHbm_IsRefusedAtCreation()
        => Assert.Contains("Experts[*].Scale", Assert.Throws<HbmOverflowException>(() => new TinyTrainer(1, 1, TinyTrainer.Default with { HbmBytesPerRank = 1024 })).Message);

    [Fact]
    public void Step_WrongInputLength_NamesInputGotAndNeedAndHarmsNothing()
    {
        using var trainer = new TinyTrainer(1, 1);
        var failure = Assert.Throws<ArgumentException>(() => trainer.Step(new TinyBatch(1) { Weights = new float[5] }));
        Assert.Contains("Step of Tiny: input weights got 5 elements, need 32 = 2 micro-batches × [8, 2]", failure.Message);
        trainer.Step(new TinyBatch(1));
        Assert.Contains("input x got 7 elements", Assert.Throws<ArgumentException>(() => trainer.Evaluate(new TinyBatch(1) { X = new float[7] })).Message);
        Assert.Contains("need 96", Assert.Throws<ArgumentException>(() => trainer.Forward(new TinyBatch(1), new float[5])).Message);
    }

    [Fact]
    public void Step_AllWeightsZero_SaysThatTheMeanIsUndefined()
    {
        using var trainer = new TinyTrainer(2, 1);
        Assert.Contains("sum to 0", Assert.Throws<ClusterException>(() => trainer.Step(new TinyBatch(1) { Weights = new float[32] })).Message);
    }

    [Fact]
    public void Step_ReplayedRouting_FollowsTheRecordOnAnotherMesh()
    {
        var routing = new RecordedRouting();
        float[] Run(int data, int expert, int seedOfLogits)
        {
            using var trainer = new TinyTrainer(data, expert, TinyTrainer.Default with { Routing = routing });
            return [.. Enumerable.Range(0, 4).Select(step => trainer.Step(new TinyBatch(step) { Logits = new TinyBatch(step + seedOfLogits).Logits }).Loss)];
        }
        float[] recorded = Run(4, 4, seedOfLogits: 0);
        routing.Replaying = true;
        Assert.Equal(recorded, Run(2, 1, seedOfLogits: 1000));
    }

    [Fact]
    public void Dispose_ThenStep_ThrowsObjectDisposed()
    {
        var trainer = new TinyTrainer(2, 1);
        trainer.Dispose();
        trainer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => trainer.Step(new TinyBatch(1)));
    }
}
