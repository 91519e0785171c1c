using Shardwright.Compiler.Graph;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Parameters, gradients and one micro-batch: blocks are [instances, experts, shape], as in the arena.</summary>
internal sealed class ProgramInputs
{
    private readonly double[][] weights, gradients;
    private readonly Dictionary<int, DoubleTensor> bound = [];

    public ProgramInputs(IReadOnlyList<ParameterDeclaration> parameters) => (weights, gradients) = (Blocks(parameters), Blocks(parameters));

    private ProgramInputs(double[][] weights) => (this.weights, gradients) = (weights, Array.ConvertAll(weights, w => new double[w.Length]));

    public Routing Routing { get; private init; } = new();

    /// <summary>Σ of all loss weights of the step ÷ micro-batches.</summary>
    public double LossDenominator { get; init; } = 1;

    /// <summary>Another micro-batch of the same parameters, with gradients of its own.</summary>
    public ProgramInputs WithRouting(Routing routing, double lossDenominator, Dictionary<(int, int), double[]>? earlierLoad = null) =>
        new(weights) { Routing = routing, LossDenominator = lossDenominator, EarlierLoad = earlierLoad ?? [] };

    /// <summary>Seed, step and micro-batch, for routers' random numbers.</summary>
    public (ulong Seed, int Step, int MicroBatch) Moment { get; set; }

    /// <summary>Copies an expert of the step's earlier micro-batches, for balance losses that count them.</summary>
    public Dictionary<(int Site, int Layer), double[]> EarlierLoad { get; init; } = [];

    public double[] Parameter(ParameterDeclaration parameter) => weights[parameter.Slot];

    public double[] Gradient(ParameterDeclaration parameter) => gradients[parameter.Slot];

    public DoubleTensor Input(InputDeclaration input) => bound[input.Index];

    public void Bind(InputDeclaration input, IEnumerable<double> values) => bound[input.Index] = new([.. input.Shape], [.. values]);

    private static double[][] Blocks(IReadOnlyList<ParameterDeclaration> parameters) => [.. parameters.Select(p => new double[p.Elements * p.Instances * Math.Max(1, p.Experts)])];
}
