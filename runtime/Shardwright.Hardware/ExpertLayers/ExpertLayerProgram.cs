namespace Shardwright.Hardware;

/// <summary>Whose rows a statement of an expert layer computes, or what it exchanges.</summary>
internal enum LayerPart
{
    /// <summary>Of the rank's own tokens, in the order in which they are sent.</summary>
    Tokens,

    /// <summary>All experts of the rank, homes and replicas, in one launch.</summary>
    Experts,

    /// <summary>Rows between tokens' and experts' ranks.</summary>
    Rows,

    /// <summary>Weights from homes to replicas.</summary>
    Weights,

    /// <summary>Gradients from replicas to homes.</summary>
    Gradients,
}

/// <summary>
/// One MoE layer, forward and backward, statement by statement in the order of the compiled program and with the work that the compiler gives each (a test compares them). Weights of replicas travel while rows are gathered for the exchange; gradients of
/// the first two matrices are computed while rows go back to the tokens' ranks, and those of replicas follow these rows home. Routing itself and the gathering of counts, which no placement changes, are left out.
/// </summary>
internal sealed class ExpertLayerProgram
{
    /// <summary>Matrices of an expert. The weights of all travel in one exchange; gradients go home one after the other, each when it is made.</summary>
    public const int Matrices = 3;

    // Slots of values, by the statement that makes them; of weights and gradients, one a matrix: gate, up, down.
    private const int Start = 0, Sent = 1, Received = 2, Gate = 3, Up = 4, Output = 5, Returned = 6, Result = 7, OutputGradient = 8, Arrived = 9, Inner = 10, Halves = 11, FromUp = 12, Leaving = 13, Back = 14, End = 15,
        Weights = 16, Pulled = Weights + Matrices, MatrixGradients = Pulled + Matrices, Home = MatrixGradients + Matrices, Slots = Home + Matrices;

    private readonly ExpertLayerShape shape;
    private readonly bool replicas, handsSums;
    private readonly int chunks;
    private ExpertChunk chunk;
    private readonly List<TimedOp> ops = [];
    private readonly List<LayerPart> parts = [];

    /// <param name="shape">Sizes.</param>
    /// <param name="experts">Experts of the layer.</param>
    /// <param name="exchange">How rows travel.</param>
    /// <param name="replicas">Whether there are replicas.</param>
    /// <param name="handsSums">Whether gradients are running sums that go from instance to instance, instead of sums that are added at home.</param>
    /// <param name="chunks">Parts in which rows travel, without replicas.</param>
    public ExpertLayerProgram(ExpertLayerShape shape, int experts, RowExchange exchange, bool replicas, bool handsSums, int chunks = 1)
    {
        (this.shape, this.replicas, this.handsSums, this.chunks) = (shape, replicas, handsSums, chunks);
        Forward(exchange);
        FirstOfBackward = ops.Count;
        Backward(exchange);
        (Program, Parts) = (new(ops, [new("experts", experts, shape.TopK, 1, shape.Tokens)], Slots * chunks), [.. parts]);
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
        Pull("weights of replicas", Start, Weights);
        Add("sent", LayerPart.Tokens, Gather(0, RowBytes * shape.Copies, RowBytes * shape.Copies), [Start], Sent);
        Chunks(() => Rows("received", exchange, true, [Sent], Received));
        Chunks(() =>
        {
            Add("gate", LayerPart.Experts, Product(shape.Width, shape.Hidden, shape.Hidden, 0, RowBytes, HiddenBytes), [Received, Weights], Gate);
            Add("gated", LayerPart.Experts, Product(shape.Width, shape.Hidden, 2L * shape.Hidden, shape.Hidden, RowBytes + HiddenBytes, 2 * HiddenBytes), [Received, Gate, Weights + 1], Up);
            Add("down", LayerPart.Experts, Product(shape.Hidden, shape.Width, shape.Width, 0, HiddenBytes, RowBytes), [Up, Weights + 2], Output);
            Rows("returned", exchange, false, [Output], Returned);
        });
        // A residual sum joins: it reads the tokens' rows, an index and a gate a copy, and writes the tokens' rows.
        Add("combined", LayerPart.Tokens, Gather(2 * shape.Width * shape.Copies, RowBytes * (shape.Copies + shape.Tokens) + 8 * shape.Copies, RowBytes * shape.Tokens), [Returned], Result);
    }

    private void Backward(RowExchange exchange)
    {
        if (shape.SharesSlots)
            Pull("weights of replicas again", Result, Pulled);
        Add("d_returned", LayerPart.Tokens, Gather(3 * shape.Width * shape.Copies, RowBytes * shape.Copies, (RowBytes + 4) * shape.Copies), [Result], OutputGradient);
        Chunks(() => Rows("d_output", exchange, true, [OutputGradient], Arrived));
        Chunks(() =>
        {
            Add("d_product", LayerPart.Experts, Product(shape.Width, shape.Hidden, shape.Hidden, 0, RowBytes, HiddenBytes), [Arrived, Pulled + 2], Inner);
            Add("d_down", LayerPart.Experts, MatrixGradient(shape.Hidden, shape.Width), [Arrived], MatrixGradients + 2);
            Return(2, Arrived);
            Add("d_gated", LayerPart.Experts, new() { VectorElements = new(0, 6L * shape.Hidden), ScalarElements = new(0, shape.Hidden), ReadBytes = new(0, 3 * HiddenBytes), WriteBytes = new(0, 2 * HiddenBytes) }, [Inner], Halves);
            Add("d_received", LayerPart.Experts, Product(shape.Hidden, shape.Width, shape.Width, 0, HiddenBytes, RowBytes), [Halves, Pulled + 1], FromUp);
            Add("d_received", LayerPart.Experts, Product(shape.Hidden, shape.Width, 2L * shape.Width, 0, HiddenBytes + RowBytes, RowBytes), [Halves, FromUp, Pulled], Leaving);
            Add("d_up", LayerPart.Experts, MatrixGradient(shape.Width, shape.Hidden), [Halves], MatrixGradients + 1);
            Add("d_gate", LayerPart.Experts, MatrixGradient(shape.Width, shape.Hidden), [Halves], MatrixGradients);
            Rows("d_sent", exchange, false, [Leaving], Back);
        });
        Return(1, Halves);
        Return(0, Halves);
        Add("d_tokens", LayerPart.Tokens, Gather(shape.Width * shape.Copies, (RowBytes + 4) * shape.Copies, RowBytes * shape.Tokens), [Back], End);
    }

    /// <summary>For every part of a rank's experts.</summary>
    private void Chunks(Action statements)
    {
        for (int part = 0; part < chunks; part++)
        {
            chunk = chunks == 1 ? default : new(part, chunks);
            statements();
        }
        chunk = default;
    }

    private void Pull(string name, int reads, int writes)
    {
        if (replicas)
            Replicas(name, LayerPart.Weights, RowExchange.Replicas, Matrices * shape.WeightBytes, [reads], [.. Enumerable.Range(writes, Matrices)]);
    }

    private void Return(int matrix, int rows)
    {
        int gradient = MatrixGradients + matrix;
        if (replicas && handsSums)
            Replicas("running sums", LayerPart.Gradients, RowExchange.RunningSums, shape.GradientBytes, [gradient, rows], [Home + matrix]);
        else if (replicas)
            Replicas("gradients of replicas", LayerPart.Gradients, RowExchange.Replicas, shape.GradientBytes, [gradient], [Home + matrix]);
    }

    private IEnumerable<int> Slot(int slot) => IsOfParts(slot) ? chunk.IsWhole ? Enumerable.Range(0, chunks).Select(part => slot + part * Slots) : [slot + chunk.Index * Slots] : [slot];

    private static bool IsOfParts(int slot) => slot is not (Start or Sent or Result or OutputGradient or End) and < Weights or >= MatrixGradients;

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

    private void Rows(string name, RowExchange exchange, bool toExperts, int[] reads, int writes)
    {
        var kind = exchange != RowExchange.Gathered ? CollectiveKind.AllToAll : toExperts ? CollectiveKind.AllGather : CollectiveKind.ReduceScatter;
        Add(new(name) { Site = 0, Collective = new(kind, CollectiveGroup.ExpertPeers, default, exchange, shape.RowBytes), Reads = reads, Writes = [writes] }, LayerPart.Rows);
    }

    private void Replicas(string name, LayerPart part, RowExchange exchange, int elementBytes, int[] reads, int[] writes) =>
        Add(new(name) { Site = 0, Collective = new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, exchange, elementBytes * Matrix), Reads = reads, Writes = writes }, part);

    private void Add(string name, LayerPart part, OpWork work, int[] reads, int writes) => Add(new(name) { Site = work.IsRouted ? 0 : -1, Work = work, Reads = reads, Writes = [writes] }, part);

    private void Add(TimedOp op, LayerPart part)
    {
        // What is not of a part reads all of them, and a part what is not of one.
        ops.Add(op with { Index = ops.Count, Chunk = chunk, Phase = FirstOfBackward == 0 ? StepPhase.Forward : StepPhase.Backward, Reads = [.. op.Reads.SelectMany(Slot)], Writes = [.. op.Writes.Select(slot => slot + chunk.Index * Slots)] });
        parts.Add(part);
    }
}
