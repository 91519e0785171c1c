namespace Shardwright.Runtime.Tests;

/// <summary>The eager side of <see cref="TinyPlan"/>: only its parameters.</summary>
internal sealed class TinyModel
{
    public Parameter Gain { get; } = new(TinyPlan.Width) { Initial = Initial.One };

    public Parameter[] Scales { get; } = [.. Enumerable.Range(0, TinyPlan.Experts).Select(_ => new Parameter(TinyPlan.Width) { Initial = Initial.Normal(0.5f) })];

    public Parameter Constant { get; } = new(TinyPlan.Frozen) { Initial = Initial.Constant(7) };

    public void Visit(IParameterVisitor visitor)
    {
        visitor.Visit(0, 0, -1, "Gain", Gain);
        for (int expert = 0; expert < Scales.Length; expert++)
            visitor.Visit(1, 0, expert, $"Experts[{expert}].Scale", Scales[expert]);
        visitor.Visit(2, 0, -1, "Constant", Constant);
    }

    public float[] Values => [.. ((Parameter[])[Gain, .. Scales, Constant]).SelectMany(parameter => parameter.Value.ToArray())];
}

internal sealed class TinyTrainer(int data, int expert, TrainerOptions? options = null, Dispatch lowering = Dispatch.Variable, Action<int, int>? interrupt = null, long extraElements = 0)
    : Trainer(TinyPlan.Create(data, expert), options ?? Default, context => new TinyProgram(context, lowering) { Interrupt = interrupt, ExtraElements = extraElements }, new TinyModel().Visit)
{
    public static TrainerOptions Default { get; } = new() { Seed = 5, LearningRate = 0.05f, ClipNorm = 0.3f, WarmupSteps = 3, DecaySteps = 10, Threads = 1 };

    public StepReport Step(TinyBatch batch)
    {
        BindAll(batch);
        return RunStep();
    }

    public float Evaluate(TinyBatch batch)
    {
        BindAll(batch);
        return RunEvaluate();
    }

    public void Forward(TinyBatch batch, Span<float> output)
    {
        Bind(0, batch.X);
        Bind(1, batch.Logits);
        RunForward(output);
    }

    public void CopyTo(TinyModel model) => Gather(model.Visit);

    public void CopyFrom(TinyModel model) => Scatter(model.Visit);

    private void BindAll(TinyBatch batch)
    {
        Bind(0, batch.X);
        Bind(1, batch.Logits);
        Bind(2, batch.Target);
        Bind(3, batch.Weights);
        Bind(4, batch.Ids);
    }
}

/// <summary>Some global micro-batches of random inputs; a third of the tokens are masked.</summary>
internal sealed class TinyBatch
{
    public TinyBatch(int seed, int microBatches = TinyPlan.MicroBatches)
    {
        var random = new Random(seed);
        float[] Numbers(int perMicroBatch) => [.. Enumerable.Range(0, microBatches * perMicroBatch).Select(_ => random.NextSingle() * 2 - 1)];
        const int tokens = TinyPlan.Batch * TinyPlan.Length;
        (X, Logits, Target) = (Numbers(tokens * TinyPlan.Width), Numbers(tokens * TinyPlan.Experts), Numbers(TinyPlan.Width));
        Weights = [.. Enumerable.Range(0, microBatches * tokens).Select(_ => random.Next(3) == 0 ? 0 : random.NextSingle())];
        Ids = new int[microBatches * TinyPlan.Batch];
    }

    public float[] X { get; set; }

    public float[] Logits { get; set; }

    public float[] Target { get; set; }

    public float[] Weights { get; set; }

    public int[] Ids { get; set; }
}
