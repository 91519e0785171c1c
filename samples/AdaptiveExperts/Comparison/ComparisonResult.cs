namespace AdaptiveExperts.Comparison;

/// <summary>All steps of one trainer.</summary>
public sealed record TrainerResult(string Name, IReadOnlyList<StepFigures> Steps);

/// <summary>What a comparison found.</summary>
public sealed record ComparisonResult(string Machine, string Mesh, TrainerResult Home, TrainerResult Moving)
{
    /// <summary>Steps from the first on in which both losses have the same bits.</summary>
    public int EqualLosses => Pairs.TakeWhile(pair => BitConverter.SingleToInt32Bits(pair.First.Loss) == BitConverter.SingleToInt32Bits(pair.Second.Loss)).Count();

    /// <summary>Largest difference of the losses of a step.</summary>
    public double LargestDifference => Pairs.Select(pair => Math.Abs((double)pair.First.Loss - pair.Second.Loss)).DefaultIfEmpty().Max();

    private IEnumerable<(StepFigures First, StepFigures Second)> Pairs => Home.Steps.Zip(Moving.Steps);
}
