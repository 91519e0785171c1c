namespace Shardwright.Execution;

/// <summary>What the trainer and its ranks tell each other in one run. The trainer writes the first half before it starts the ranks; rank 0 alone writes the second.</summary>
internal sealed unsafe class StepBoard(ProgramPlan plan, ClusterClock? clocks = null, RoutedBy routedBy = RoutedBy.Router)
{
    public InputBuffer[] Inputs { get; } = [.. plan.Inputs.Select(slot => new InputBuffer(slot))];

    public int Step { get; set; }

    public int MicroBatches { get; set; }

    public bool Training { get; set; }

    public float LearningRate { get; set; }

    /// <summary>The caller's pinned output [micro-batches, OutputElements].</summary>
    public float* Output { get; set; }

    /// <summary>Takes what ranks route while training; null when nothing is recorded.</summary>
    public RoutingRecorder? Recorder { get; set; }

    public StepReport Report { get; } = new(plan) { RoutedBy = routedBy, Emulated = clocks is null ? null : new(clocks, (long)plan.Tokens * plan.MicroBatches) };

    public float LossSum { get; set; }

    public float BalanceSum { get; set; }

    public float RouterZSum { get; set; }

    public void Start(int step, int microBatches, bool training, float learningRate)
    {
        (Step, MicroBatches, Training, LearningRate) = (step, microBatches, training, learningRate);
        (LossSum, BalanceSum, RouterZSum) = (0, 0, 0);
        if (training)
            Report.ClearTokens();
    }
}
