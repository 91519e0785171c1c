namespace Shardwright.Execution;

/// <summary>One parameter of the program, with all its instances in a stack of repeated modules and all its experts.</summary>
/// <param name="Path">Path in the model, with * for instance and expert: <c>Blocks[*].Experts[*].Gate</c>.</param>
/// <param name="Shape">Shape of one parameter.</param>
/// <param name="Instances">1, or the trip count of the stack.</param>
/// <param name="Experts">0 for a dense parameter, else the number of experts over all ranks.</param>
/// <param name="Decay">Whether weight decay applies.</param>
/// <param name="Frozen">Never updated; has no gradient and no moments.</param>
/// <param name="Offset">Byte offset in the arena of the weights [Instances, local experts, shape].</param>
/// <param name="GradientOffset">Byte offset of the gradients, same layout; −1 when frozen.</param>
/// <param name="MeanOffset">Byte offset of AdamW's first moment; −1 when frozen.</param>
/// <param name="VarianceOffset">Byte offset of AdamW's second moment; −1 when frozen.</param>
public sealed record ParameterSlot(string Path, int[] Shape, int Instances, int Experts, bool Decay, bool Frozen,
    long Offset, long GradientOffset, long MeanOffset, long VarianceOffset)
{
    /// <summary>Elements of one parameter.</summary>
    public int Elements { get; } = Count(Path, Shape);

    /// <summary>Parameters of one instance that a rank holds: 1, or its share of the experts.</summary>
    internal int LocalExperts(ProgramPlan plan) => Experts == 0 ? 1 : Experts / plan.Expert;

    private static int Count(string path, int[] shape)
    {
        long elements = 1;
        foreach (int dimension in shape)
            elements *= dimension;
        return elements is > 0 and <= int.MaxValue ? (int)elements
            : throw new ArgumentException($"Parameter {path} has {elements} elements; a span holds 1 to {int.MaxValue}. Split the parameter.", nameof(shape));
    }
}

/// <summary>One input of the program.</summary>
/// <param name="Name">Name in the user's source.</param>
/// <param name="IsInteger">int32 instead of float32.</param>
/// <param name="Shape">Shape over the global micro-batch.</param>
/// <param name="Sharded">Dimension 0 is split over the data ranks; else every rank reads all of it.</param>
public sealed record InputSlot(string Name, bool IsInteger, int[] Shape, bool Sharded)
{
    /// <summary>Elements of one global micro-batch.</summary>
    public int Elements { get; } = Shape.Aggregate(1, (product, dimension) => checked(product * dimension));
}

/// <summary>A buffer of the arena. Offset and size in bytes; class is one of weights, gradients, optimizer, activations, saved, communication.</summary>
public sealed record NamedBuffer(string Name, long Offset, long Bytes, string Class);

/// <summary>One expert group of the program.</summary>
/// <param name="Path">Path in the model.</param>
/// <param name="ExpertCount">Experts over all ranks.</param>
/// <param name="TopK">Experts a token goes to.</param>
/// <param name="Layers">Instances in the stack of repeated modules.</param>
/// <param name="BalanceLoss">Coefficient of the load-balancing loss.</param>
/// <param name="RouterZLoss">Coefficient of the router z-loss.</param>
/// <param name="SavedBytesPerRow">Bytes a received row keeps on the routed stack from forward to backward.</param>
/// <param name="WorkingBytesPerRow">Further bytes a row needs in the same frame while the layer itself runs, forward or backward.</param>
public sealed record ExpertSite(string Path, int ExpertCount, int TopK, int Layers, float BalanceLoss, float RouterZLoss, int SavedBytesPerRow, int WorkingBytesPerRow)
{
    /// <summary>The slot of the bias that is added to scores for the choice; −1 = none.</summary>
    public int BiasSlot { get; init; } = -1;

    /// <summary>The slot of the step's copies an expert, which the bias follows; −1 = none.</summary>
    public int LoadSlot { get; init; } = -1;

    /// <summary>The slot of the sums over a step's sequences of what <see cref="ExpertGroup{T}.QuantileBalancing"/> sets the bias to; −1 = none.</summary>
    public int QuantileSlot { get; init; } = -1;

    /// <summary>Copies of a sequence that an expert takes; <see cref="int.MaxValue"/> where none are dropped.</summary>
    public int Capacity { get; init; } = int.MaxValue;

    /// <summary>Of so many copies, those that <paramref name="experts"/> experts can take of <paramref name="sequences"/> sequences.</summary>
    internal int Kept(int copies, int experts, int sequences) => (int)Math.Min(copies, (double)Capacity * experts * sequences);

    /// <summary>One layer's group: <c>Blocks[3].Experts</c>; under several lists the layer is counted over all of them.</summary>
    internal string PathOf(int layer)
    {
        int star = Path.IndexOf("[*]", StringComparison.Ordinal);
        return star < 0 ? Path : star == Path.LastIndexOf("[*]", StringComparison.Ordinal) ? Path.Replace("*", $"{layer}", StringComparison.Ordinal) : $"{Path}, layer {layer}";
    }

    /// <summary>Sites with the same non-negative loop number run in one loop and alternate layer by layer; a negative number is a loop of its own.</summary>
    public int Loop { get; init; } = -1;

    /// <summary><see cref="WorkingBytesPerRow"/> of the forward pass alone.</summary>
    public int ForwardWorkingBytesPerRow { get; init; } = WorkingBytesPerRow;

    /// <summary><see cref="WorkingBytesPerRow"/> of the backward pass alone.</summary>
    public int BackwardWorkingBytesPerRow { get; init; } = WorkingBytesPerRow;

    /// <summary>Of <see cref="BackwardWorkingBytesPerRow"/>, what a row needs while gradients are dispatched to it.</summary>
    public int ArrivingBytesPerRow { get; init; }

    /// <summary>Of <see cref="BackwardWorkingBytesPerRow"/>, what a row needs while gradients return from it.</summary>
    public int LeavingBytesPerRow { get; init; }

    /// <summary>Replicas of other ranks' experts that a rank can hold.</summary>
    public int Slots { get; init; }

    /// <summary>Whether every rank receives as many rows as it sends, its tokens times <see cref="TopK"/>, whatever the router does: <see cref="Placement.Exact"/> where the program replicates experts.</summary>
    public bool IsExact { get; init; }

    /// <summary>What temporaries take at the far end of memory around this site's frame.</summary>
    public FrameTemporaries Temporaries { get; init; }
}

/// <summary>Bytes, from the far end of memory, that temporaries use from one change of the routed stack to the next.</summary>
/// <param name="Forward">While the frame is open in the forward pass.</param>
/// <param name="Kept">After that.</param>
/// <param name="Arriving">While gradients are dispatched to it in the backward pass.</param>
/// <param name="Backward">While the experts run backward.</param>
/// <param name="Leaving">While gradients return from it.</param>
/// <param name="Closed">After that.</param>
public readonly record struct FrameTemporaries(long Forward, long Kept, long Arriving, long Backward, long Leaving, long Closed);
