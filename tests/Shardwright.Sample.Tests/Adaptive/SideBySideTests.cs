using AdaptiveExperts.Comparison;
using AdaptiveExperts.Display;
using AdaptiveExperts.Models;
using AdaptiveExperts.Options;
using AdaptiveExperts.Topics;

namespace Shardwright.Sample.Tests.Adaptive;

/// <summary>Two trainers in turn: replicas move rows, and no bit of a loss.</summary>
public sealed class SideBySideTests
{
    private static readonly TopicText Text = new("two topics",
    [
        new("numbers", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1000, 400).Select(i => $"{i} is {(i % 2 == 0 ? "even" : "odd")}, ")))),
        new("prose", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Returns the number of elements. The quick brown fox jumps over the lazy dog.\n", 40)))),
    ]);

    [Fact]
    public void Run_AdaptiveStoppedAfterFourSteps_HasEvenRowsAndTheSameLosses()
    {
        using var stop = new CancellationTokenSource();
        var seen = new Seen { StopAfter = (4, stop) };

        var result = Run(MovingPlacement.Adaptive, steps: 9, seen, stop.Token);

        Assert.Equal(["numbers", "numbers", "prose", "prose"], seen.Topics);
        Assert.Equal((4, 4), (result.Home.Steps.Count, result.Moving.Steps.Count));
        Assert.Equal((4, 0d), (result.EqualLosses, result.LargestDifference));
        foreach (var (still, moved) in result.Home.Steps.Zip(result.Moving.Steps))
        {
            Assert.Equal((0, 0L, TimeSpan.Zero), (still.Replicas, still.MovedBytes, still.Planning));
            Assert.Equal(still.RowsAtHome, still.Rows);
            Assert.Equal(Sizes.Batch * Sizes.Context * Sizes.TopK * Sizes.Layers, moved.Rows.Sum());
            Assert.True(moved.Replicas > 0 && moved.Imbalance < moved.ImbalanceAtHome, $"{moved}");
            // Two pulls and a return of three matrices a replica.
            Assert.Equal(moved.Replicas * 3L * 3 * Sizes.Width * Sizes.Hidden * sizeof(float), moved.MovedBytes);
        }
        Assert.Equal(result.Home.Steps[0].RowsAtHome, result.Moving.Steps[0].RowsAtHome);
        Assert.All([result.Home, result.Moving], trainer => Assert.True(trainer.Steps[1].Loss < trainer.Steps[0].Loss && trainer.Steps[3].Loss < trainer.Steps[0].Loss, $"{trainer.Name} does not learn"));
    }

    [Fact]
    public void Run_Auto_IsNoSlowerThanStaticOnTheTarget()
    {
        var result = Run(MovingPlacement.Auto, steps: 1, new Seen(), CancellationToken.None);

        Assert.Equal(1, result.EqualLosses);
        Assert.InRange(result.Moving.Steps[0].Emulated, TimeSpan.Zero, result.Home.Steps[0].Emulated);
    }

    private static ComparisonResult Run(MovingPlacement placement, int steps, IDisplay display, CancellationToken stop) => new SideBySide(new(steps, Seed: 1, placement, Machine: null, Text: null, StepsPerTopic: 2, Plain: true), Text).Run(display, stop);

    private sealed class Seen : IDisplay
    {
        public List<string> Topics { get; } = [];

        public (int Steps, CancellationTokenSource Source)? StopAfter { get; init; }

        public ComparisonResult During(Func<ComparisonResult> work) => work();

        public void Start(TopicText text, string machine, string moving)
        {
        }

        public void Stepped(int step, Topic topic, StepFigures home, StepFigures moved)
        {
            Topics.Add(topic.Name);
            if (StopAfter is var (steps, source) && Topics.Count == steps)
                source.Cancel();
        }

        public void Finished(ComparisonResult result, bool interrupted)
        {
        }
    }
}
