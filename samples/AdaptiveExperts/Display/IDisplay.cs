using AdaptiveExperts.Comparison;
using AdaptiveExperts.Topics;

namespace AdaptiveExperts.Display;

/// <summary>What a person sees of a comparison; calls come in the order of the members.</summary>
public interface IDisplay
{
    /// <summary>Runs <paramref name="work"/>, which makes the calls to <see cref="Start"/> and <see cref="Stepped"/>.</summary>
    ComparisonResult During(Func<ComparisonResult> work);

    void Start(TopicText text, string machine, string moving);

    /// <param name="step">From 0.</param>
    /// <param name="topic">What the step's text was about.</param>
    /// <param name="home">The trainer whose experts stay at home.</param>
    /// <param name="moved">The one whose experts are replicated.</param>
    void Stepped(int step, Topic topic, StepFigures home, StepFigures moved);

    void Finished(ComparisonResult result, bool interrupted);
}
