namespace Shardwright.Execution;

/// <summary>
/// The end of a step on one rank: global gradient norm, clipping, AdamW. The norm is summed from a table with one entry per (slot, instance, expert), each
/// computed by exactly one rank and shared by an all-reduce (0 + x is exact), so every mesh sums the same numbers in the same order.
/// </summary>
internal sealed class ParameterUpdate
{
    private readonly RankContext context;
    private readonly float[] squares;

    public ParameterUpdate(RankContext context)
    {
        this.context = context;
        squares = new float[Trained.Sum(slot => slot.Instances * Math.Max(1, slot.Experts))];
    }

    /// <summary>‖g‖ of the last step, before clipping.</summary>
    public float Norm { get; private set; }

    private IEnumerable<ParameterSlot> Trained => context.Plan.Parameters.Where(slot => !slot.Frozen);

    public void Apply(int step, float learningRate)
    {
        Norm = GradientNorm();
        var options = context.Options;
        float scale = context.Plan.Clip && Norm > options.ClipNorm ? options.ClipNorm / Norm : 1;
        // Not a foreach: enumerating an interface allocates.
        for (int index = 0; index < context.Plan.Parameters.Count; index++)
        {
            var slot = context.Plan.Parameters[index];
            if (slot.Frozen)
                continue;
            int length = slot.Elements * LocalExperts(slot);
            for (int instance = 0; instance < slot.Instances; instance++)
            {
                long start = (long)instance * length * sizeof(float);
                Kernels.AdamW(context.Arena.Floats(slot.Offset + start, length), context.Arena.Floats(slot.GradientOffset + start, length),
                    context.Arena.Floats(slot.MeanOffset + start, length), context.Arena.Floats(slot.VarianceOffset + start, length),
                    scale, learningRate, options.Beta1, options.Beta2, options.Epsilon, slot.Decay ? options.WeightDecay : 0, step + 1);
            }
        }
    }

    private float GradientNorm()
    {
        int entry = 0;
        for (int index = 0; index < context.Plan.Parameters.Count; index++)
        {
            var slot = context.Plan.Parameters[index];
            if (slot.Frozen)
                continue;
            for (int instance = 0; instance < slot.Instances; instance++)
                for (int expert = 0; expert < Math.Max(1, slot.Experts); expert++, entry++)
                    squares[entry] = SumsEntry(slot, expert, entry) ? Kernels.SumOfSquares(Gradient(slot, instance, expert)) : 0;
        }
        context.World.AllReduce(squares.AsSpan(), "squared gradient norms");
        double sum = 0;
        foreach (float square in squares)
            sum += square;
        return (float)Math.Sqrt(sum);
    }

    // Every rank holds the dense gradients and several hold an expert's: they take turns.
    private bool SumsEntry(ParameterSlot slot, int expert, int entry)
    {
        if (slot.Experts == 0)
            return entry % context.World.Size == context.Rank;
        return expert / LocalExperts(slot) == context.ExpertPeers.Index && entry % context.ExpertReplicas.Size == context.ExpertReplicas.Index;
    }

    private Span<float> Gradient(ParameterSlot slot, int instance, int expert)
    {
        int locals = LocalExperts(slot);
        long block = (long)instance * locals + expert % locals;
        return context.Arena.Floats(slot.GradientOffset + block * slot.Elements * sizeof(float), slot.Elements);
    }

    private int LocalExperts(ParameterSlot slot) => slot.Experts == 0 ? 1 : slot.Experts / context.Plan.Expert;
}
