using System.Diagnostics;
using System.Runtime.InteropServices;
using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright;

/// <summary>
/// Trains one model on an emulated cluster. Emitted trainers derive from it and add typed <c>Step</c>, <c>Evaluate</c> and <c>Forward</c>. Not thread-safe. A step allocates
/// no managed memory once every size has been seen. After a rank has failed, a trainer refuses further work: its parameters may be half updated.
/// </summary>
public abstract unsafe class Trainer : IDisposable
{
    private readonly EmulatedCluster cluster;
    private readonly Arena[] arenas;
    private readonly RankProgram[] programs;
    private readonly RankContext[] contexts;
    private readonly StepBoard board;
    private readonly PanelShelf shelf;
    private readonly ParameterStore store;
    private readonly ClusterClock? clocks;
    private readonly StepMetrics metrics;
    private readonly Action<int> train, evaluate, infer;
    private StepTrace? capture;
    private int step;
    private bool disposed;

    /// <summary>Creates the cluster, the arenas and the programs, and fills the initial values.</summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="options">Scalars of the run.</param>
    /// <param name="create">Creates the program of a rank.</param>
    /// <param name="visitFresh">Visits the parameters of a newly constructed eager model.</param>
    /// <exception cref="ArgumentException">An option or the mesh is invalid.</exception>
    /// <exception cref="HbmOverflowException">The program's static memory exceeds <see cref="TrainerOptions.HbmBytesPerRank"/>.</exception>
    protected Trainer(ProgramPlan plan, TrainerOptions options, Func<RankContext, RankProgram> create, Action<IParameterVisitor> visitFresh)
    {
        options.Validate();
        PlanCheck.Require(plan);
        var document = plan.Document is null ? null : PlanReader.Read(plan.Document);
        var machine = options.Machine ?? document?.Machine() ?? MachineCatalog.Get(MachineCatalog.Default);
        long capacity = options.HbmBytesPerRank ?? machine.Rank.HbmBytes;
        Arena.Require(0, plan.StaticBytes, capacity, plan.Buffers);
        var (routing, routedBy) = RoutingOf(options, plan);
        clocks = options.Clock && document is not null ? new(document.Program, machine, document.Placement) : null;
        (Plan, Options, board, shelf) = (plan, options, new StepBoard(plan, clocks, routedBy), new PanelShelf(plan));
        Preparation.Begin();
        long routed = PlanCheck.RoutedReserve(plan, anyPlan: options.Planner is not null);
        arenas = [.. Enumerable.Range(0, plan.Data).Select(rank => new Arena(rank, plan.StaticBytes, routed, capacity, plan.Buffers, plan.TemporaryBytes, plan.StoresBFloat16))];
        cluster = new EmulatedCluster(plan.Data, plan.Expert, options.Heartbeat, options.Threads * plan.Data, options.RanksPerCore);
        contexts = [.. arenas.Select(arena => new RankContext(plan, options, arena.Rank, cluster, arena, board, shelf)
        {
            Routing = routing,
            Clock = clocks?.Ranks[arena.Rank],
            Machine = machine,
            Place = document?.Placement ?? new(plan.Data, plan.Expert, true),
        })];
        programs = new RankProgram[plan.Data];
        store = new ParameterStore(plan, arenas, options.Seed);
        (train, evaluate, infer) = (rank => programs[rank].RunTrain(), rank => programs[rank].RunEvaluate(), rank => programs[rank].RunInfer());
        try
        {
            cluster.Run(rank =>
            {
                arenas[rank].Commit(plan.PersistentBytes, plan.BalancedPeakBytes);
                programs[rank] = create(contexts[rank]);
            });
            visitFresh(store.Initializer);
            Preparation.Finish(programs[0].GetType());
            metrics = new StepMetrics(plan, clocks, routedBy, () => disposed ? 0 : HostBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What to tell a user about this machine's processor, in one sentence; null where it has all that the kernels are written for (AVX-512).</summary>
    public static string? MachineNote { get; } = Kernels.InstructionSet switch
    {
        InstructionSet.Avx512 => null,
        InstructionSet.Avx2 => "This machine has no AVX-512: kernels run on AVX2, with the same results, matrix products at the speed of AVX2 and attention and softmax several times slower than with AVX-512.",
        _ => $"This machine ({RuntimeInformation.ProcessArchitecture}) has neither AVX-512 nor AVX2 with FMA, or .NET was told not to use them: kernels run their portable form, with the same results, many times slower.",
    };

    /// <summary>The compiled plan.</summary>
    public ProgramPlan Plan { get; }

    /// <summary>The run's options.</summary>
    public TrainerOptions Options { get; }

    /// <summary>Ranks of the mesh.</summary>
    public int Ranks => Plan.Data;

    /// <summary>Bytes that all ranks keep on the host beside the emulated devices' memory: weights packed for the matrix kernels.</summary>
    public long HostBytes => shelf.Bytes;

    /// <summary>
    /// Records the next <c>Step</c>, statement by statement in virtual time; save the trace after that step. A second call before the step returns the same trace. That one step allocates managed memory, all others do not.
    /// </summary>
    /// <exception cref="InvalidOperationException">No clock runs (<see cref="TrainerOptions.Clock"/>).</exception>
    public StepTrace CaptureTrace()
    {
        RequireUsable();
        if (clocks is null)
            throw new InvalidOperationException($"A trace of {Plan.Model} needs the clock, which TrainerOptions.Clock switched off. Create the trainer with Clock = true.");
        return capture ??= new(Plan.Model, clocks, arenas) { RoutedBy = board.Report.RoutedBy };
    }

    /// <summary>
    /// Records the routing of every <c>Step</c> from now on, until the recorder is disposed: copies by step, micro-batch, layer, rank and expert. The file can be replayed (<see cref="TrainerOptions.ReplayRouting"/>) and given to a build.
    /// </summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="InvalidOperationException">A recorder runs already, or the model has no experts.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public RoutingRecorder RecordRouting(string path)
    {
        RequireUsable();
        return new(path, Plan, board);
    }

    /// <summary>Copies a parameter's values; <paramref name="expert"/> is −1 for a dense one.</summary>
    public void CopyParameter(int slot, int instance, int expert, Span<float> destination) => Copy(slot, instance, expert, destination, gradient: false);

    /// <summary>Copies a parameter's gradient as the last step left it, unclipped; <paramref name="expert"/> is −1 for a dense one.</summary>
    public void CopyGradient(int slot, int instance, int expert, Span<float> destination) => Copy(slot, instance, expert, destination, gradient: true);

    /// <summary>Replaces a parameter's values on every rank that holds it; moments stay as they are.</summary>
    public void SetParameter(int slot, int instance, int expert, ReadOnlySpan<float> values)
    {
        RequireUsable();
        store.Write(slot, instance, expert, values);
        WeightsChanged();
    }

    /// <summary>Ends the ranks and frees their memory. A rank that stalled cannot be stopped; its cluster's memory is then left to it until the process ends.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        metrics?.Dispose();
        bool ended = cluster.Close();
        if (ended)
            shelf.Dispose();
        foreach (var arena in arenas)
            if (ended)
                arena.Dispose();
            else
                arena.Abandon();
        GC.SuppressFinalize(this);
    }

    /// <summary>Copies the values of one input, [micro-batches, shape], for the next run.</summary>
    protected void Bind(int input, ReadOnlySpan<float> values) => board.Inputs[input].Bind(values);

    /// <inheritdoc cref="Bind(int, ReadOnlySpan{float})"/>
    protected void Bind(int input, ReadOnlySpan<int> values) => board.Inputs[input].Bind(values);

    /// <summary>Trains one step on the bound inputs.</summary>
    /// <returns>The trainer's one report.</returns>
    /// <exception cref="ArgumentException">An input is missing or has another length than MicroBatches global micro-batches.</exception>
    /// <exception cref="ClusterException">A rank failed.</exception>
    protected StepReport RunStep()
    {
        RequireUsable();
        BoundInputs.Require(board.Inputs, Plan, Plan.MicroBatches, "Step");
        long started = Stopwatch.GetTimestamp();
        for (int kind = 0; kind < board.Report.BytesByKind.Length; kind++)
            board.Report.BytesByKind[kind] = -cluster.BytesSent((Collective)kind);
        board.Start(step, Plan.MicroBatches, training: true, LearningRateSchedule.At(Options, step));
        capture?.Attach(clocks!);
        cluster.Run(train);
        return Report(Stopwatch.GetElapsedTime(started));
    }

    /// <summary>The mean loss per weight over any whole number of global micro-batches, without training.</summary>
    protected float RunEvaluate()
    {
        RequireUsable();
        board.Start(step, BoundInputs.Count(board.Inputs, Plan, "Evaluate", all: true), training: false, learningRate: 0);
        cluster.Run(evaluate);
        return board.LossSum / board.MicroBatches;
    }

    /// <summary>Computes Forward's result for any whole number of global micro-batches.</summary>
    protected void RunForward(Span<float> output)
    {
        RequireUsable();
        int microBatches = BoundInputs.Count(board.Inputs, Plan, "Forward", all: false);
        if (output.Length != microBatches * Plan.OutputElements)
            throw new ArgumentException($"Forward of {Plan.Model}: got room for {output.Length} elements, need {microBatches * Plan.OutputElements} = {microBatches} micro-batches × {Plan.OutputElements}.", nameof(output));
        board.Start(step, microBatches, training: false, learningRate: 0);
        fixed (float* pointer = output)
        {
            board.Output = pointer;
            cluster.Run(infer);
            board.Output = null;
        }
    }

    /// <summary>Gives an eager model the trained values (CopyTo).</summary>
    protected void Gather(Action<IParameterVisitor> visitModel)
    {
        RequireUsable();
        visitModel(store.Gatherer);
    }

    /// <summary>Takes the values of an eager model (CopyFrom); moments stay as they are.</summary>
    protected void Scatter(Action<IParameterVisitor> visitModel)
    {
        RequireUsable();
        visitModel(store.Scatterer);
        WeightsChanged();
    }

    private StepReport Report(TimeSpan elapsed)
    {
        var report = board.Report;
        (report.Step, report.LearningRate, report.Elapsed) = (step, board.LearningRate, elapsed);
        report.Loss = board.LossSum / Plan.MicroBatches;
        report.BalanceLoss = board.BalanceSum / Plan.MicroBatches;
        report.RouterZLoss = board.RouterZSum / Plan.MicroBatches;
        report.GradientNorm = programs[0].GradientNorm;
        report.TokensPerSecond = (double)Plan.Tokens * Plan.MicroBatches / elapsed.TotalSeconds;
        report.HighWaterBytes = 0;
        foreach (var arena in arenas)
            report.HighWaterBytes = Math.Max(report.HighWaterBytes, arena.HighWaterBytes);
        for (int kind = 0; kind < report.BytesByKind.Length; kind++)
            report.BytesByKind[kind] += cluster.BytesSent((Collective)kind);
        report.Emulated?.Collect();
        capture?.Complete(clocks!, report.Emulated!, step);
        capture = null;
        metrics.Record(report, arenas);
        int done = step++;
        board.Recorder?.Write(done);
        return report;
    }

    private static (RoutingSource? Routing, RoutedBy RoutedBy) RoutingOf(TrainerOptions options, ProgramPlan plan) =>
        options.ForceBalance ? (new ForcedBalance(), RoutedBy.ForcedBalance)
        : options.ReplayRouting is { } recording ? (RoutingReplay.Open(recording, plan), RoutedBy.Replay)
        : (options.Routing, options.Routing is null ? RoutedBy.Router : RoutedBy.Source);

    private void Copy(int slot, int instance, int expert, Span<float> destination, bool gradient)
    {
        RequireUsable();
        store.RequireLength(slot, destination.Length);
        store.Read(slot, instance, expert, gradient).CopyTo(destination);
    }

    private void WeightsChanged()
    {
        foreach (var program in programs)
            program.InvalidatePacked();
    }

    private void RequireUsable()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (cluster.Failure is { } failure)
            throw new InvalidOperationException($"This trainer of {Plan.Model} failed in step {step} and its parameters may be half updated, so it refuses further work. "
                + $"Create a new trainer. The failure was: {failure.Message}", failure);
    }
}
