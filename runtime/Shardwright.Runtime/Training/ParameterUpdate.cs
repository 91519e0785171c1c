namespace Shardwright.Execution;

/// <summary>
/// The end of a step on one rank: global gradient norm, clipping, AdamW. The norm is summed from a table with one entry per (slot, instance, expert), each
/// computed by exactly one rank and shared by an all-reduce (0 + x is exact), so every mesh sums the same numbers in the same order.
/// </summary>
internal sealed class ParameterUpdate
{
    private readonly RankContext context;
    private readonly UpdateRun[] runs;
    private readonly float[] squares;

    // The blocks of all entries that this rank sums, in order; entry e ends before block ends[e].
    private readonly SquareBlock[] blocks;
    private readonly int[] ends;

    public ParameterUpdate(RankContext context)
    {
        this.context = context;
        runs = UpdateRun.Merge(context.Plan);
        squares = new float[context.Plan.Parameters.Where(slot => !slot.Frozen).Sum(slot => slot.Instances * Math.Max(1, slot.Experts))];
        ends = new int[squares.Length];
        blocks = Blocks();
    }

    /// <summary>‖g‖ of the last step, before clipping.</summary>
    public float Norm { get; private set; }

    /// <summary>Clips and updates; charges its three statements from <paramref name="op"/> on to a clock.</summary>
    public void Apply(int step, float learningRate, StepClock? clock, int op)
    {
        clock?.Charge(op, op, null);
        clock?.Meet(op + 1, default);
        Norm = GradientNorm();
        clock?.Charge(op + 2, op + 2, null);
        var (options, arena) = (context.Options, context.Arena);
        float scale = context.Plan.Clip && Norm > options.ClipNorm ? options.ClipNorm / Norm : 1;
        foreach (var run in runs)
        {
            Kernels.AdamW(arena.Floats(run.Offset, run.Length), arena.Floats(run.GradientOffset, run.Length),
                arena.Floats(run.MeanOffset, run.Length), arena.Floats(run.VarianceOffset, run.Length),
                scale, learningRate, options.Beta1, options.Beta2, options.Epsilon, run.Decay ? options.WeightDecay : 0, step + 1);
        }
    }

    // An entry has the bits of Kernels.SumOfSquares; all blocks of all entries are one piece of work for the rank's threads.
    private float GradientNorm()
    {
        Kernels.SumSquares(blocks);
        int block = 0;
        for (int entry = 0; entry < squares.Length; entry++)
        {
            double sum = 0;
            for (; block < ends[entry]; block++)
                sum += blocks[block].Sum;
            squares[entry] = (float)sum;
        }
        context.World.AllReduce(squares.AsSpan(), "squared gradient norms");
        double total = 0;
        foreach (float square in squares)
            total += square;
        return (float)Math.Sqrt(total);
    }

    private unsafe SquareBlock[] Blocks()
    {
        var list = new List<SquareBlock>();
        int entry = 0;
        foreach (var slot in context.Plan.Parameters.Where(slot => !slot.Frozen))
        {
            int locals = LocalExperts(slot);
            for (int instance = 0; instance < slot.Instances; instance++)
            {
                for (int expert = 0; expert < Math.Max(1, slot.Experts); expert++, entry++)
                {
                    if (SumsEntry(slot, expert, entry))
                        Split(slot.GradientOffset + ((long)instance * locals + expert % locals) * slot.Elements * sizeof(float), slot.Elements);
                    ends[entry] = list.Count;
                }
            }
        }
        return [.. list];

        void Split(long offset, int elements)
        {
            for (long first = 0; first < elements; first += SquareBlock.Size)
            {
                int length = (int)Math.Min(SquareBlock.Size, elements - first);
                fixed (float* start = context.Arena.Floats(offset + first * sizeof(float), length))
                    list.Add(new() { Start = start, Length = length });
            }
        }
    }

    // Every rank holds the dense gradients and several hold an expert's: they take turns.
    private bool SumsEntry(ParameterSlot slot, int expert, int entry)
    {
        if (slot.Experts == 0)
            return entry % context.World.Size == context.Rank;
        return expert / LocalExperts(slot) == context.ExpertPeers.Index && entry % context.ExpertReplicas.Size == context.ExpertReplicas.Index;
    }

    private int LocalExperts(ParameterSlot slot) => slot.LocalExperts(context.Plan);
}
