using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>
/// A mixture of experts: each token goes to the <see cref="TopK"/> experts with the largest logits, and their outputs are added, weighted by gates: by default the softmax
/// over the kept logits, else what <see cref="Score"/>, <see cref="Renormalize"/> and <see cref="GateScale"/> say. Every copy is computed, unless there is a <see cref="CapacityFactor"/>. Eagerly each
/// expert runs once, on the rows routed to it.
/// </summary>
/// <typeparam name="T">The expert's type.</typeparam>
public sealed partial class ExpertGroup<T>
    where T : IExpert
{
    private readonly T[] experts;

    /// <summary>Makes the experts.</summary>
    /// <param name="count">Experts, at least 1.</param>
    /// <param name="topK">Experts a token is sent to, 1 to <paramref name="count"/>.</param>
    /// <param name="make">Makes one expert, <c>() =&gt; new(…)</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> or <paramref name="topK"/> is out of range.</exception>
    public ExpertGroup(int count, int topK, Func<T> make)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (topK < 1 || topK > count)
            throw new ArgumentOutOfRangeException(nameof(topK), topK, $"ExpertGroup: topK is {topK} of {count} experts; need 1 to {count}.");
        ArgumentNullException.ThrowIfNull(make);
        TopK = topK;
        Bias = new State(count);
        experts = new T[count];
        for (var i = 0; i < count; i++)
            experts[i] = make();
    }

    /// <summary>The number of experts, E.</summary>
    public int Count => experts.Length;

    /// <summary>The number of experts a token is sent to.</summary>
    public int TopK { get; }

    /// <summary>The expert at <paramref name="index"/>, from 0.</summary>
    public T this[int index] => experts[index];

    /// <summary>Routes the rows of <paramref name="x"/>, runs the experts and adds their outputs. Auxiliary losses go to <see cref="AuxiliaryLosses.Record"/>.</summary>
    /// <param name="x">Tokens, [..., width]; the leading dimensions are flattened to rows.</param>
    /// <param name="logits">Router logits, [..., <see cref="Count"/>], with the leading dimensions of <paramref name="x"/>. Equal logits go to the lower expert.</param>
    /// <returns>[..., width of the experts' output].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">Two of the router's settings do not go together.</exception>
    /// <exception cref="NotFiniteNumberException">A logit is not a number.</exception>
    public Tensor<float> Forward(Tensor<float> x, Tensor<float> logits)
    {
        Check(x, logits);
        int rows = Dense.Rows(x), width = Dense.Width(x), sequences = SequenceSetting() is null ? 1 : (int)logits.Lengths[0];
        var values = WithJitter(Stored.Read(logits));
        var routes = Routing.Select(values, rows, Rule, sequences);
        var (outputs, outputWidth) = RunExperts(Stored.Read(x), routes, rows, width);
        // A coefficient of 0 means no term, also where the term itself is infinite.
        AuxiliaryLosses.Add(
            BalanceLoss == 0 ? 0 : BalanceLoss * (BalanceScope == BalanceScope.GlobalBatch ? RouterLosses.Balance(values, StepLoad(routes.Experts), Rule)
                : RouterLosses.Balance(values, routes.Experts, rows, Rule, BalanceScope == BalanceScope.Sequence ? sequences : 1)),
            RouterZLoss == 0 ? 0 : RouterZLoss * RouterLosses.RouterZ(values, rows, Count));
        return Stored.Wrap(Combine(outputs, routes, rows, outputWidth), Dense.WithWidth(x, outputWidth));
    }

    // outputs[t·k + j] = row of the j-th choice of token t, zeros where it was dropped, [rows · topK, width of the experts' output]
    private (float[] Outputs, int Width) RunExperts(ReadOnlySpan<float> x, Routes routes, int rows, int width)
    {
        var outputs = Array.Empty<float>();
        var outputWidth = width;
        for (var e = 0; e < Count; e++)
        {
            var copies = Enumerable.Range(0, rows * TopK).Where(c => routes.Experts[c] == e && routes.Kept[c]).ToArray();
            if (copies.Length == 0)
                continue;
            var gathered = new float[copies.Length * width];
            for (var i = 0; i < copies.Length; i++)
                x.Slice(copies[i] / TopK * width, width).CopyTo(gathered.AsSpan(i * width));

            var output = experts[e].Forward(Dense.Wrap(gathered, [copies.Length, width]));
            if (outputs.Length == 0)
                outputs = new float[rows * TopK * (outputWidth = Dense.Width(output))];
            if (output.Rank != 2 || output.Lengths[0] != copies.Length || output.Lengths[1] != outputWidth)
                throw new ArgumentException(
                    $"ExpertGroup.Forward: expert {e} made {Dense.Shape(output)} from [{copies.Length}, {width}]; need [{copies.Length}, {outputWidth}]: " +
                    "an expert works row by row, and all experts have one width.");

            var results = Stored.Read(output);
            for (var i = 0; i < copies.Length; i++)
                results.Slice(i * outputWidth, outputWidth).CopyTo(outputs.AsSpan(copies[i] * outputWidth));
        }

        return (outputs, outputWidth);
    }

    // y[t] = Σ_j gate[t, j] · output[t, j], ascending j: the first term a product, the others fused multiply-adds
    private float[] Combine(float[] outputs, Routes routes, int rows, int width)
    {
        var y = new float[rows * width];
        for (var t = 0; t < rows; t++)
        {
            var row = y.AsSpan(t * width, width);
            TensorPrimitives.Multiply(outputs.AsSpan(t * TopK * width, width), routes.Gates[t * TopK], row);
            for (var copy = t * TopK + 1; copy < (t + 1) * TopK; copy++)
                TensorPrimitives.FusedMultiplyAdd(outputs.AsSpan(copy * width, width), routes.Gates[copy], row, row);
        }

        return y;
    }

    private void Check(Tensor<float> x, Tensor<float> logits)
    {
        ShapeCheck.SameLeading("ExpertGroup.Forward", nameof(x), x, 1, nameof(logits), logits, 1);
        if (logits.Lengths[^1] != Count)
            throw new ArgumentException(
                $"ExpertGroup.Forward: x {Dense.Shape(x)}, logits {Dense.Shape(logits)}: dimension {logits.Rank - 1} of logits is {logits.Lengths[^1]}; " +
                $"need {Count}, one logit an expert.",
                nameof(logits));
        Require(logits, nameof(Forward));
    }
}
