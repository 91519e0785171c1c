namespace Shardwright.Training.Tests.Fixtures;

/// <summary>A parameter of a fixture. Offsets count floats in the binary part; the final ones are 0 where there is no training.</summary>
/// <param name="Path">Its path in the model, e.g. <c>Blocks[2].Experts[5].Gate</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Gradient">Offset of the gradient at the first step.</param>
/// <param name="Final">Offset of the sampled final value.</param>
/// <param name="FinalNorm">L2 norm of the whole final value.</param>
public sealed record ReferenceParameter(string Path, int[] Shape, int Gradient, int Final, double FinalNorm)
{
    /// <summary>The number of elements.</summary>
    public int Length => Shape.Aggregate(1, (product, dimension) => product * dimension);
}

/// <summary>An expert group, in the order in which the forward pass reaches it.</summary>
/// <param name="Path">Its path, <c>*</c> for the layer, e.g. <c>Blocks[*].Experts</c>.</param>
/// <param name="Layers">How often it occurs.</param>
/// <param name="Experts">Experts.</param>
/// <param name="TopK">Experts a token.</param>
public sealed record ReferenceSite(string Path, int Layers, int Experts, int TopK);

/// <summary>A run of AdamW from the reference parameters; step s uses the inputs of step s. All arrays have one element a step, taken before its update.</summary>
/// <param name="Steps">Steps.</param>
/// <param name="LearningRate">Constant learning rate.</param>
/// <param name="Beta1">Decay of the mean of the gradients.</param>
/// <param name="Beta2">Decay of the mean of their squares.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decoupled decay, of parameters without <c>[NoDecay]</c>.</param>
/// <param name="ClipNorm">The largest global gradient norm; exceeded at every step.</param>
/// <param name="FinalStride">Every how many elements a final value is stored.</param>
/// <param name="RoutingMargin">The smallest gap between logits that decided a route: far below float32's error, hence replay the routes.</param>
/// <param name="Losses">Weighted means of the negative log-likelihood.</param>
/// <param name="Balances">Balance losses, coefficients included.</param>
/// <param name="RouterZs">Router z-losses, coefficients included.</param>
/// <param name="GradientNorms">Global gradient norms before clipping.</param>
public sealed record ReferenceTraining(
    int Steps,
    float LearningRate,
    float Beta1,
    float Beta2,
    float Epsilon,
    float WeightDecay,
    float ClipNorm,
    int FinalStride,
    double RoutingMargin,
    double[] Losses,
    double[] Balances,
    double[] RouterZs,
    double[] GradientNorms);

/// <summary>A step on further inputs, from the initial parameters: its losses, its gradient norm, and (sampled, in the binary part) its gradients.</summary>
/// <param name="Step">Number of the inputs.</param>
/// <param name="Loss">Weighted mean of the negative log-likelihood.</param>
/// <param name="Balance">Balance loss, coefficients included.</param>
/// <param name="RouterZ">Router z-loss, coefficients included.</param>
/// <param name="GradientNorm">Global gradient norm.</param>
/// <param name="RoutingMargin">The smallest gap between logits that decided a route.</param>
/// <param name="Gradient">Offset of the sampled gradients, parameter after parameter.</param>
public sealed record ReferenceFurtherStep(int Step, double Loss, double Balance, double RouterZ, double GradientNorm, double RoutingMargin, int Gradient);

/// <summary>The JSON part of a fixture. <c>Routes</c> is the byte offset of the routes in the binary part.</summary>
internal sealed record ReferenceIndex(
    string Model,
    int Seed,
    int Vocabulary,
    int Batch,
    int Context,
    int MicroBatches,
    bool Weighted,
    double Objective,
    double Loss,
    double Balance,
    double RouterZ,
    double GradientNorm,
    double RoutingMargin,
    ReferenceSite[] Sites,
    ReferenceParameter[] Parameters,
    ReferenceTraining? Training,
    int FurtherStride,
    ReferenceFurtherStep[] FurtherSteps,
    int Routes);
