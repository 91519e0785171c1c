namespace Shardwright.Hardware;

/// <summary>Whose rows a statement of an expert layer computes, or what it exchanges.</summary>
internal enum LayerPart
{
    /// <summary>Of the rank's own tokens, in the order in which they are sent.</summary>
    Tokens,

    /// <summary>All experts of the rank, homes and replicas, in one launch.</summary>
    Experts,

    /// <summary>The rank's replicas alone.</summary>
    Replicas,

    /// <summary>Experts at home alone.</summary>
    Homes,

    /// <summary>Rows between tokens' and experts' ranks.</summary>
    Rows,

    /// <summary>Weights from homes to replicas.</summary>
    Weights,

    /// <summary>Gradients from replicas to homes.</summary>
    Gradients,
}

/// <summary>When the weights of replicas travel.</summary>
internal enum ReplicaSchedule
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>While the rank's rows are gathered for the exchange: all experts then run in one launch, and in the backward pass replicas go first.</summary>
    BeforeRows,

    /// <summary>Behind the exchange of rows, while the homes' products run: longer, but not on ranks that have few rows of their own experts.</summary>
    BehindRows,
}

/// <summary>
/// One MoE layer, forward and backward, statement by statement with the work that the compiler gives each (a test compares them). With replicas, their gradients travel home while the
/// homes' products run. Routing itself and the gathering of counts, which no placement changes, are left out.
/// </summary>
internal sealed class ExpertLayerProgram
{
    // Slots of values, by the statement that makes them.
    private const int Start = 0, Sent = 1, Received = 2, Gate = 3, Up = 4, Output = 5, Returned = 6, Result = 7, Weights = 8, OutputGradient = 9, Arrived = 10, Pulled = 11, Home = 12, Inner = 13, Halves = 14, FromUp = 15, Leaving = 16, MatrixGradients = 17, Back = 18,
        End = 19, ReplicaOffset = 8, ForwardReplicaOffset = 23, Slots = 29;

    private readonly ExpertLayerShape shape;
    private readonly ReplicaSchedule schedule;
    private readonly List<TimedOp> ops = [];
    private readonly List<LayerPart> parts = [];

    /// <param name="shape">Sizes.</param>
    /// <param name="experts">Experts of the layer.</param>
    /// <param name="exchange">How rows travel.</param>
    /// <param name="schedule">Whether there are replicas, and when their weights travel.</param>
    public ExpertLayerProgram(ExpertLayerShape shape, int experts, RowExchange exchange, ReplicaSchedule schedule)
    {
        (this.shape, this.schedule) = (shape, schedule);
        Forward(exchange);
        FirstOfBackward = ops.Count;
        Backward(exchange);
        (Program, Parts) = (new(ops, [new("experts", experts, shape.TopK, 1, shape.Tokens)], Slots), [.. parts]);
    }

    /// <summary>The statements.</summary>
    public TimedProgram Program { get; }

    /// <summary>What each of them is about.</summary>
    public LayerPart[] Parts { get; }

    /// <summary>Number of the first statement of the backward pass.</summary>
    public int FirstOfBackward { get; }

    private long RowBytes => shape.RowBytes;

    private long HiddenBytes => (long)shape.Hidden * shape.ElementBytes;

    private long Matrix => (long)shape.Width * shape.Hidden;

    private void Forward(RowExchange exchange)
    {
        Pull("weights of replicas", ReplicaSchedule.BeforeRows, Start, Weights);
        Add("sent", LayerPart.Tokens, Gather(0, RowBytes * shape.Copies, RowBytes * shape.Copies), [Start], Sent);
        Exchange("received", LayerPart.Rows, exchange, true, [Sent], Received);
        Pull("weights of replicas", ReplicaSchedule.BehindRows, Start, Weights);
        bool behind = schedule == ReplicaSchedule.BehindRows;
        Products(behind ? LayerPart.Homes : LayerPart.Experts, 0, schedule == ReplicaSchedule.BeforeRows ? [Received, Weights] : [Received]);
        if (behind)
            Products(LayerPart.Replicas, ForwardReplicaOffset, [Received, Weights]);
        Exchange("returned", LayerPart.Rows, exchange, false, behind ? [Output, Output + ForwardReplicaOffset] : [Output], Returned);
        // A residual sum joins: it reads the tokens' rows, an index and a gate a copy, and writes the tokens' rows.
        Add("combined", LayerPart.Tokens, Gather(2 * shape.Width * shape.Copies, RowBytes * (shape.Copies + shape.Tokens) + 8 * shape.Copies, RowBytes * shape.Tokens), [Returned], Result);
    }

    private void Products(LayerPart part, int offset, int[] rows)
    {
        Add("gate", part, Product(shape.Width, shape.Hidden, shape.Hidden, 0, RowBytes, HiddenBytes), rows, Gate + offset);
        Add("gated", part, Product(shape.Width, shape.Hidden, 2L * shape.Hidden, shape.Hidden, RowBytes + HiddenBytes, 2 * HiddenBytes), [.. rows, Gate + offset], Up + offset);
        Add("down", part, Product(shape.Hidden, shape.Width, shape.Width, 0, HiddenBytes, RowBytes), [Up + offset], Output + offset);
    }

    private void Backward(RowExchange exchange)
    {
        bool replicas = schedule != ReplicaSchedule.None, delays = shape.DelaysMatrixGradients;
        var homes = replicas ? LayerPart.Homes : LayerPart.Experts;
        if (shape.SharesSlots)
            Pull("weights of replicas again", ReplicaSchedule.BeforeRows, Result, Pulled);
        Add("d_returned", LayerPart.Tokens, Gather(3 * shape.Width * shape.Copies, RowBytes * shape.Copies, (RowBytes + 4) * shape.Copies), [Result], OutputGradient);
        Exchange("d_output", LayerPart.Rows, exchange, true, [OutputGradient], Arrived);
        if (shape.SharesSlots)
            Pull("weights of replicas again", ReplicaSchedule.BehindRows, Result, Pulled);
        if (schedule == ReplicaSchedule.BehindRows)
            Gradients(homes, 0, [Arrived], ofRows: true, ofMatrices: !delays);
        if (replicas)
        {
            Gradients(LayerPart.Replicas, ReplicaOffset, shape.SharesSlots ? [Arrived, Pulled] : [Arrived], ofRows: true, ofMatrices: true);
            Exchange("gradients of replicas", LayerPart.Gradients, RowExchange.Variable, false, [MatrixGradients + ReplicaOffset], Home);
        }
        if (schedule != ReplicaSchedule.BehindRows)
            Gradients(homes, 0, [Arrived], ofRows: true, ofMatrices: !delays);
        Exchange("d_sent", LayerPart.Rows, exchange, false, replicas ? [Leaving, Leaving + ReplicaOffset] : [Leaving], Back);
        if (delays)
            Gradients(homes, 0, [Arrived], ofRows: false, ofMatrices: true);
        Add("d_tokens", LayerPart.Tokens, Gather(shape.Width * shape.Copies, (RowBytes + 4) * shape.Copies, RowBytes * shape.Tokens), [Back], End);
    }

    private void Pull(string name, ReplicaSchedule when, int reads, int writes)
    {
        if (schedule == when)
            Exchange(name, LayerPart.Weights, RowExchange.Variable, true, [reads], writes);
    }

    /// <summary>dX and dW of the three matrices, in the order in which the compiler derives them.</summary>
    private void Gradients(LayerPart part, int offset, int[] reads, bool ofRows, bool ofMatrices)
    {
        int inner = Inner + offset, halves = Halves + offset, fromUp = FromUp + offset, leaving = Leaving + offset, matrices = MatrixGradients + offset;
        if (ofRows)
            Add("d_product", part, Product(shape.Width, shape.Hidden, shape.Hidden, 0, RowBytes, HiddenBytes), reads, inner);
        if (ofMatrices)
            Add("d_down", part, MatrixGradient(shape.Hidden, shape.Width), reads, matrices);
        if (ofRows)
        {
            Add("d_gated", part, new() { VectorElements = new(0, 6L * shape.Hidden), ScalarElements = new(0, shape.Hidden), ReadBytes = new(0, 3 * HiddenBytes), WriteBytes = new(0, 2 * HiddenBytes) }, [inner], halves);
            Add("d_received", part, Product(shape.Hidden, shape.Width, shape.Width, 0, HiddenBytes, RowBytes), [halves], fromUp);
        }
        if (ofMatrices)
            Add("d_up", part, MatrixGradient(shape.Width, shape.Hidden), [halves], matrices);
        if (ofRows)
            Add("d_received", part, Product(shape.Hidden, shape.Width, 2L * shape.Width, 0, HiddenBytes + RowBytes, RowBytes), [halves, fromUp], leaving);
        if (ofMatrices)
            Add("d_gate", part, MatrixGradient(shape.Width, shape.Hidden), [halves], matrices);
    }

    private OpWork Product(int inner, int columns, long vector, long scalar, long read, long written) => new()
    {
        Products = [new(1, 0, inner, columns, shape.Format, RoutedDimension.Rows)],
        VectorElements = new(0, vector),
        ScalarElements = new(0, scalar),
        // Parameters lie in HBM as float32.
        ReadBytes = new(0, read, 4 * Matrix),
        WriteBytes = new(0, written),
    };

    private OpWork MatrixGradient(int rows, int columns) => new()
    {
        Products = [new(1, rows, 0, columns, shape.Format, RoutedDimension.Inner)],
        VectorElements = new(0, 0, Matrix),
        ReadBytes = new(0, RowBytes + HiddenBytes),
        WriteBytes = new(0, 0, 4 * Matrix),
    };

    private OpWork Gather(long vector, long read, long written) => new()
    {
        VectorElements = new(vector),
        GpSimdElements = new(shape.Copies),
        ReadBytes = new(read),
        WriteBytes = new(written),
        PayloadBytes = shape.RowBytes,
    };

    private void Exchange(string name, LayerPart part, RowExchange exchange, bool toExperts, int[] reads, int writes)
    {
        var kind = exchange != RowExchange.Gathered ? CollectiveKind.AllToAll : toExperts ? CollectiveKind.AllGather : CollectiveKind.ReduceScatter;
        Add(new(name) { Site = 0, Collective = new(kind, CollectiveGroup.ExpertPeers, default, exchange, shape.RowBytes), Reads = reads, Writes = [writes] }, part);
    }

    private void Add(string name, LayerPart part, OpWork work, int[] reads, int writes) => Add(new(name) { Site = work.IsRouted ? 0 : -1, Work = work, Reads = reads, Writes = [writes] }, part);

    private void Add(TimedOp op, LayerPart part)
    {
        ops.Add(op with { Index = ops.Count, Phase = FirstOfBackward == 0 ? StepPhase.Forward : StepPhase.Backward });
        parts.Add(part);
    }
}
