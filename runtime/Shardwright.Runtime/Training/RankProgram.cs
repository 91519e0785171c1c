namespace Shardwright.Execution;

/// <summary>
/// One rank's training program; emitted code derives from it. All ranks run the same program and differ only by their coordinates. The base gives it its
/// memory, inputs and peers, and drives a step: count the loss's weights, train each micro-batch, update.
/// </summary>
public abstract partial class RankProgram
{
    private readonly StepBoard board;
    private readonly ParameterUpdate update;
    private readonly bool weighted;
    private readonly List<PackedWeights> packed = [];
    private readonly int[][] stepCounts;
    private float[] lossWeights = [];
    private readonly ExpertExchange?[] exchanges;       // that have exchanged rows in this step; rank 0 alone
    private int training, inferring;

    /// <summary>Creates the program of one rank.</summary>
    protected RankProgram(RankContext context)
    {
        Context = context;
        board = context.Board;
        update = new ParameterUpdate(context);
        lossWeights = new float[context.Plan.MicroBatches];
        exchanges = new ExpertExchange?[context.Plan.Experts.Count];
        stepCounts = [.. context.Plan.Experts.Select(site => new int[site.Layers * site.ExpertCount])];
        weighted = ((Func<int, float>)CountLossWeights).Method.DeclaringType != typeof(RankProgram);
    }

    /// <summary>Step number, from 0.</summary>
    protected int Step => board.Step;

    /// <summary>This rank.</summary>
    protected int Rank => Context.Rank;

    /// <summary>Micro-batches of this run.</summary>
    protected int MicroBatches => board.MicroBatches;

    /// <summary>All ranks.</summary>
    protected ICommunicator World => Context.World;

    /// <summary>The ranks that hold the experts together with this one.</summary>
    protected ICommunicator ExpertPeers => Context.ExpertPeers;

    /// <summary>The ranks that hold the same experts as this one.</summary>
    protected ICommunicator ExpertReplicas => Context.ExpertReplicas;

    /// <summary>The buffers whose size the router decides.</summary>
    protected RoutedStack Routed => Context.Arena.Routed;

    /// <summary>Σ weights over all ranks and micro-batches ÷ micro-batches: the loss of a micro-batch is Σ w·nll ÷ this, and the step's loss their mean.</summary>
    protected float LossDenominator { get; private set; } = 1;

    /// <summary>Learning rate of this step.</summary>
    protected float LearningRate => board.LearningRate;

    /// <inheritdoc cref="TrainerOptions.Beta1"/>
    protected float Beta1 => Context.Options.Beta1;

    /// <inheritdoc cref="TrainerOptions.Beta2"/>
    protected float Beta2 => Context.Options.Beta2;

    /// <inheritdoc cref="TrainerOptions.Epsilon"/>
    protected float Epsilon => Context.Options.Epsilon;

    /// <inheritdoc cref="TrainerOptions.WeightDecay"/>
    protected float WeightDecay => Context.Options.WeightDecay;

    /// <inheritdoc cref="TrainerOptions.ClipNorm"/>
    protected float ClipNorm => Context.Options.ClipNorm;

    internal RankContext Context { get; }

    internal float GradientNorm => update.Norm;

    /// <summary>A float buffer of the plan, by byte offset.</summary>
    /// <exception cref="InvalidOperationException">It has more than 2³¹ − 1 elements: such a program can be planned and timed, not emulated.</exception>
    protected Span<float> Floats(long offset, long length) => Context.Arena.Floats(offset, Emulated(length));

    /// <summary>A buffer of the plan that holds bfloat16, by byte offset; on the host its elements are floats.</summary>
    /// <inheritdoc cref="Floats" path="/exception"/>
    protected Span<float> BFloat16s(long offset, long length) => Context.Arena.BFloat16s(offset, Emulated(length));

    /// <summary>An int32 buffer of the plan, by byte offset.</summary>
    protected Span<int> Integers(long offset, int length) => Context.Arena.Integers(offset, length);

    /// <summary>This rank's rows of a bound float input.</summary>
    protected ReadOnlySpan<float> FloatInput(int input, int microBatch) => board.Inputs[input].Floats(microBatch, Rank, World.Size);

    /// <summary>This rank's rows of a bound integer input.</summary>
    protected ReadOnlySpan<int> IntegerInput(int input, int microBatch) => board.Inputs[input].Integers(microBatch, Rank, World.Size);

    /// <summary>Prepares the packed form in which products read a parameter: [matrices, rows, columns] at a byte offset of the arena. Packed on first use after each update, once for all ranks that hold the same values.</summary>
    protected PackedWeights Pack(long offset, int matrices, int rows, int columns, NumberFormat format = NumberFormat.Float32)
    {
        var weights = new PackedWeights(Context.Arena, offset, matrices, rows, columns, format, Context.Shelf.Get(packed.Count, Rank, offset, matrices, rows, columns));
        packed.Add(weights);
        return weights;
    }

    /// <summary>Prepares the form in which products read replicas of a packed parameter's matrices.</summary>
    protected ReplicaWeights Replicas(PackedWeights weights, ExpertExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(exchange);
        int number = packed.IndexOf(weights);
        return new(weights, exchange, Context.Options.PacksReplicasItself ? null
            : [.. Enumerable.Range(0, Context.Plan.Expert).Select(home => Context.Shelf.Get(number, home, weights.Offset, weights.Matrices, weights.Rows, weights.Columns))]);
    }

    /// <summary>Stochastic rounding to bfloat16 whose random bits depend on the seed, the step and the element's place in the global tensor (of its expert, for routed rows), on no mesh and no thread.</summary>
    protected Rounding Stochastic(int site, int layer, int microBatch, long first, int expert = -1)
    {
        // FNV-1a over what identifies the statement; the element's number comes in by Rounding itself.
        uint key = 2166136261;
        foreach (uint part in (ReadOnlySpan<uint>)[(uint)Context.Options.Seed, (uint)(Context.Options.Seed >> 32), (uint)Step, (uint)microBatch, (uint)site, (uint)layer, (uint)expert])
            for (int shift = 0; shift < 32; shift += 8)
                key = (key ^ (part >> shift & 0xFF)) * 16777619;
        return Rounding.Stochastic(NumberFormat.BFloat16, key, first);
    }

    /// <summary>Reports a micro-batch's loss, the same on every rank.</summary>
    protected void ReportLoss(float loss)
    {
        if (Rank == 0)
            board.LossSum += loss;
    }

    /// <summary>Reports auxiliary losses of a micro-batch, the same on every rank; calls add up over layers.</summary>
    protected void ReportAuxiliary(float balance, float routerZ)
    {
        if (Rank != 0)
            return;
        board.BalanceSum += balance;
        board.RouterZSum += routerZ;
    }

    /// <summary>Writes this rank's rows of Forward's result for the micro-batch that <see cref="Infer"/> runs.</summary>
    protected unsafe void WriteOutput(ReadOnlySpan<float> rows)
    {
        int own = Emulated(Context.Plan.OutputElements / World.Size);
        if (rows.Length != own)
            throw new ArgumentException($"WriteOutput: got {rows.Length} elements, need {own} = {Context.Plan.OutputElements} ÷ {World.Size} ranks.", nameof(rows));
        rows.CopyTo(new Span<float>(board.Output + inferring * Context.Plan.OutputElements + (long)Rank * own, own));
    }

    /// <summary>Charges statements to the engines of the emulated core: virtual time, see <see cref="StepReport.Emulated"/>.</summary>
    /// <param name="first">The first statement's number in the plan.</param>
    /// <param name="last">The last one's.</param>
    /// <param name="rows">The exchange whose rows they work on, where they depend on routing.</param>
    protected void Charge(int first, int last, ExpertExchange? rows = null) => Context.Clock?.Charge(first, last, rows?.Starts);

    /// <summary>Announces a collective: it starts, in virtual time, when the last rank of <paramref name="group"/> is there.</summary>
    protected void Meet(int op, ICommunicator group) => Context.Clock?.Meet(op, default);

    /// <summary>Announces an exchange of rows; it lasts as long as the busiest rank needs.</summary>
    protected void Meet(int op, ExpertExchange exchange) => Context.Clock?.Meet(op, exchange.LoadOf(Context.Clock.ChunkOf(op)));

    /// <summary>Clips by the global gradient norm and applies AdamW to every parameter this rank holds.</summary>
    /// <param name="op">The number in the plan of the first of three statements: squared norms, their all-reduce, AdamW.</param>
    protected void UpdateParameters(int op = -1)
    {
        update.Apply(board.Step, board.LearningRate, op < 0 ? null : Context.Clock, op);
        InvalidatePacked();
    }

    /// <summary>This rank's Σ of loss weights in one micro-batch. Override when the loss has weights.</summary>
    protected virtual float CountLossWeights(int microBatch) => 0;

    /// <summary>Forward and backward of one micro-batch; gradients add up over micro-batches, the first overwrites.</summary>
    protected abstract void Train(int microBatch);

    /// <summary>Reduces the gradients where that is still due and updates the parameters.</summary>
    protected abstract void Update();

    /// <summary>Forward of one micro-batch, up to the loss.</summary>
    protected abstract void Evaluate(int microBatch);

    /// <summary>Forward of one micro-batch, up to its result.</summary>
    protected abstract void Infer(int microBatch);

    /// <summary>The weights have changed.</summary>
    internal void InvalidatePacked()
    {
        foreach (var weights in packed)
            weights.Invalidate();
    }

    internal void RunTrain()
    {
        Routed.ResetHighWater();
        ClearLoads();
        Context.Clock?.Begin();
        CountAllLossWeights();
        for (training = 0; training < MicroBatches; training++)
            Train(training);
        Update();
        Context.Clock?.End();
        ReportMoved();
        RequireEmptyStack();
    }

    internal void RunEvaluate()
    {
        CountAllLossWeights();
        for (int microBatch = 0; microBatch < MicroBatches; microBatch++)
            Evaluate(microBatch);
        RequireEmptyStack();
    }

    internal void RunInfer()
    {
        for (inferring = 0; inferring < MicroBatches; inferring++)
            Infer(inferring);
        RequireEmptyStack();
    }

    // Counted before the first backward pass: a mean of means would be wrong as soon as micro-batches or ranks have different weights.
    private void CountAllLossWeights()
    {
        if (!weighted)
            return;
        if (lossWeights.Length < MicroBatches)
            lossWeights = new float[MicroBatches];
        var weights = lossWeights.AsSpan(0, MicroBatches);
        for (int microBatch = 0; microBatch < MicroBatches; microBatch++)
            weights[microBatch] = CountLossWeights(microBatch);
        if (board.Training)
            Context.Clock?.Meet(0, default);
        World.AllReduce(weights, "loss weights");
        float sum = 0;
        foreach (float weight in weights)
            sum += weight;
        if (sum == 0)
            throw new ArgumentException("The loss weights of all tokens sum to 0, so the weighted mean is undefined. Give at least one token a weight, or skip this batch.");
        LossDenominator = sum / MicroBatches;
    }

    private int Emulated(long length) => length <= int.MaxValue ? (int)length : throw new InvalidOperationException(
        $"The program of {Context.Plan.Model} has a buffer of {length} elements; an emulated rank holds at most {int.MaxValue} in one. Split the experts over more ranks ([Mesh(Expert = …)]), or time the model instead of training it (dotnet build -t:ShardwrightScale).");

    private void RequireEmptyStack()
    {
        if (Routed.UsedBytes != 0)
            throw new InvalidOperationException($"The program of {Context.Plan.Model} left {Routed.Depth} frames ({Routed.UsedBytes} bytes) on the routed stack.");
    }
}
