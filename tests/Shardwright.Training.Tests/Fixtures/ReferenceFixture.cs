using System.Runtime.InteropServices;
using System.Text.Json;

namespace Shardwright.Training.Tests.Fixtures;

/// <summary>
/// What PyTorch computes for one of the test models: float64 arithmetic from the float32 parameters and inputs of <see cref="ReferenceValues"/>.
/// The objective of a step is the mean over its micro-batches of loss + balance + router z, where a weighted loss has one denominator for all micro-batches.
/// </summary>
public sealed class ReferenceFixture
{
    private readonly ReferenceIndex index;
    private readonly byte[] binary; // gradients, sampled final parameters (float32), routes (bytes)
    private readonly Dictionary<string, ReferenceParameter> parameters;

    private ReferenceFixture(ReferenceIndex index, byte[] binary)
    {
        this.index = index;
        this.binary = binary;
        parameters = index.Parameters.ToDictionary(p => p.Path);
    }

    /// <summary>The class of the model, e.g. <c>Sample</c>.</summary>
    public string Model => index.Model;

    /// <summary>The seed for <see cref="ReferenceValues"/>.</summary>
    public int Seed => index.Seed;

    /// <summary>The number of different tokens.</summary>
    public int Vocabulary => index.Vocabulary;

    /// <summary>Sequences of one (global) micro-batch.</summary>
    public int Batch => index.Batch;

    /// <summary>Positions of a sequence.</summary>
    public int Context => index.Context;

    /// <summary>Micro-batches of a step.</summary>
    public int MicroBatches => index.MicroBatches;

    /// <summary>Whether <c>Loss</c> takes weights.</summary>
    public bool Weighted => index.Weighted;

    /// <summary>Tokens of a micro-batch.</summary>
    public int TokensPerMicroBatch => Batch * Context;

    /// <summary>Tokens of a step.</summary>
    public int TokensPerStep => MicroBatches * TokensPerMicroBatch;

    /// <summary><see cref="Loss"/> + <see cref="Balance"/> + <see cref="RouterZ"/> of the first step.</summary>
    public double Objective => index.Objective;

    /// <summary>The model's own loss at the first step.</summary>
    public double Loss => index.Loss;

    /// <summary>The balance losses of the first step, coefficients included.</summary>
    public double Balance => index.Balance;

    /// <summary>The router z-losses of the first step, coefficients included.</summary>
    public double RouterZ => index.RouterZ;

    /// <summary>The global norm of the first step's gradient.</summary>
    public double GradientNorm => index.GradientNorm;

    /// <summary>The smallest gap between neighbours among the k + 1 largest logits of any token of the first step: float32 selects the same experts, in the same order.</summary>
    public double RoutingMargin => index.RoutingMargin;

    /// <summary>The expert groups in the order of the forward pass.</summary>
    public IReadOnlyList<ReferenceSite> Sites => index.Sites;

    /// <summary>All parameters.</summary>
    public IReadOnlyList<ReferenceParameter> Parameters => index.Parameters;

    /// <summary>The AdamW run, or null.</summary>
    public ReferenceTraining? Training => index.Training;

    /// <summary>Reads the committed fixture of a model.</summary>
    /// <param name="model"><c>Sample</c>, <c>GroupedQuery</c> or <c>TwoSizes</c>.</param>
    public static ReferenceFixture Load(string model)
    {
        var index = JsonSerializer.Deserialize<ReferenceIndex>(TestResource.Bytes($"fixtures/{model}.json"), JsonSerializerOptions.Web)
            ?? throw new InvalidDataException($"Fixture {model}.json is empty.");
        return new ReferenceFixture(index, TestResource.Bytes($"fixtures/{model}.bin"));
    }

    /// <summary>The tokens of a step, [<see cref="MicroBatches"/>, <see cref="Batch"/>, <see cref="Context"/>].</summary>
    public int[] Tokens(int step) => ReferenceValues.Tokens(Seed, step, TokensPerStep, Vocabulary);

    /// <summary>The targets of a step, shaped like the tokens.</summary>
    public int[] Targets(int step) => ReferenceValues.Targets(Seed, step, TokensPerStep, Vocabulary);

    /// <summary>The loss weights of a step, shaped like the tokens.</summary>
    public float[] Weights(int step) => ReferenceValues.Weights(Seed, step, TokensPerStep);

    /// <summary>The value from which the references start.</summary>
    public float[] Initial(string path) => ReferenceValues.Parameter(Seed, path, Find(path).Shape);

    /// <summary>The gradient of the first step's objective, row-major; all zero for an expert that no token chose.</summary>
    public ReadOnlySpan<float> Gradient(string path) => Floats(Find(path).Gradient, Find(path).Length);

    /// <summary>Steps on further inputs, each from the initial parameters.</summary>
    public IReadOnlyList<ReferenceFurtherStep> FurtherSteps => index.FurtherSteps;

    /// <summary>Every how many elements a further step's gradient is stored.</summary>
    public int FurtherStride => index.FurtherStride;

    /// <summary>Every <see cref="FurtherStride"/>-th element, from the first, of a further step's gradient.</summary>
    public ReadOnlySpan<float> GradientSample(ReferenceFurtherStep step, string path)
    {
        var offset = step.Gradient + index.Parameters.TakeWhile(p => p.Path != path).Sum(p => Sampled(p.Length));
        return Floats(offset, Sampled(Find(path).Length));
    }

    private int Sampled(int length) => (length + FurtherStride - 1) / FurtherStride;

    /// <summary>Every <see cref="ReferenceTraining.FinalStride"/>-th element, from the first, of a parameter after the AdamW run.</summary>
    /// <exception cref="InvalidOperationException">The fixture has no AdamW run.</exception>
    public ReadOnlySpan<float> FinalSample(string path)
    {
        var stride = Training?.FinalStride ?? throw new InvalidOperationException($"Fixture {Model} has no AdamW run.");
        return Floats(Find(path).Final, (Find(path).Length + stride - 1) / stride);
    }

    /// <summary>The selected experts of one micro-batch, [token, k] in descending order of logit. Steps other than 0 exist where there is an AdamW run.</summary>
    public ReadOnlySpan<byte> Routes(int step, int microBatch, int site, int layer)
    {
        var steps = Training?.Steps ?? 1;
        if ((uint)step >= steps || (uint)microBatch >= MicroBatches || (uint)site >= Sites.Count || (uint)layer >= Sites[site].Layers)
            throw new ArgumentOutOfRangeException(nameof(step), $"Fixture {Model} has no routes of step {step}, micro-batch {microBatch}, site {site}, layer {layer}.");
        var perMicroBatch = Sites.Sum(s => s.Layers * s.TopK) * TokensPerMicroBatch;
        var before = Sites.Take(site).Sum(s => s.Layers * s.TopK) + (layer * Sites[site].TopK);
        var start = index.Routes + (((step * MicroBatches) + microBatch) * perMicroBatch) + (before * TokensPerMicroBatch);
        return binary.AsSpan(start, Sites[site].TopK * TokensPerMicroBatch);
    }

    /// <summary>Copies the selected experts of the tokens from <paramref name="firstToken"/> on into <paramref name="experts"/>, [rows, k]: the body of a replaying routing source.</summary>
    public void CopyRoutes(int step, int microBatch, int site, int layer, int firstToken, Span<int> experts)
    {
        var source = Routes(step, microBatch, site, layer).Slice(firstToken * Sites[site].TopK, experts.Length);
        for (var i = 0; i < experts.Length; i++)
            experts[i] = source[i];
    }

    private ReferenceParameter Find(string path) =>
        parameters.TryGetValue(path, out var parameter) ? parameter : throw new ArgumentException($"Fixture {Model} has no parameter {path}.", nameof(path));

    private ReadOnlySpan<float> Floats(int offset, int length) => MemoryMarshal.Cast<byte, float>(binary.AsSpan(offset * sizeof(float), length * sizeof(float)));
}
