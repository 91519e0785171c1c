namespace Shardwright.Execution;

/// <summary>Linear warm-up, then a half cosine down to a fraction of the peak.</summary>
public static class LearningRateSchedule
{
    /// <summary>
    /// Learning rate of a step (from 0): peak·(step+1)/warm-up while step &lt; warm-up; then peak·(f + (1−f)·(1 + cos πt)/2) with t = (step − warm-up)/decay, at most 1;
    /// constant when there is no decay. Computed in double and rounded once.
    /// </summary>
    public static float At(TrainerOptions options, int step)
    {
        if (step < options.WarmupSteps)
            return (float)((double)options.LearningRate * (step + 1) / options.WarmupSteps);
        if (options.DecaySteps == 0)
            return options.LearningRate;
        double t = Math.Min(1.0, (step - options.WarmupSteps) / (double)options.DecaySteps);
        double final = options.FinalLearningRateFraction;
        return (float)(options.LearningRate * (final + (1 - final) * 0.5 * (1 + Math.Cos(Math.PI * t))));
    }
}
