using SparseLanguage.Batches;

namespace AdaptiveExperts.Topics;

/// <summary>Batches whose topic changes every so many steps, all ranks at once: what makes experts hot. A function of (seed, step) alone.</summary>
public sealed class ShiftingBatches(IReadOnlyList<Topic> topics, int batch, int context, ulong seed, int stepsPerTopic)
{
    private readonly WindowSampler[] samplers = [.. topics.Select(topic => new WindowSampler(topic.Text, batch, context, seed))];

    /// <summary>What step <paramref name="step"/> is about.</summary>
    public Topic TopicOf(int step) => topics[step / stepsPerTopic % topics.Count];

    /// <summary>Fills tokens and targets [batch · context].</summary>
    public void Fill(int step, Span<int> tokens, Span<int> targets) => samplers[step / stepsPerTopic % samplers.Length].Fill(step, tokens, targets);
}
