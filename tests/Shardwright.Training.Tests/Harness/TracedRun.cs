using Shardwright.Execution;
using Shardwright.Tests.Shared;
using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests.Harness;

/// <summary>A trainer whose first step was recorded, and the trace as it is read back.</summary>
public sealed class TracedRun : IDisposable
{
    readonly ReferenceFixture fixture;
    readonly ModelTrainer trainer;

    public TracedRun(string model, int data, int expert, RoutingSource? routing = null, string? source = null)
    {
        fixture = ReferenceFixture.Load(model);
        trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = routing }, source);
        Captured = trainer.Trainer.CaptureTrace();
        Report = Step(0);
        using var stream = new MemoryStream(Save());
        Trace = ChromeTrace.Parse(stream);
    }

    public StepTrace Captured { get; }

    public StepReport Report { get; }

    public ChromeTrace Trace { get; }

    public ProgramPlan Plan => trainer.Plan;

    public StepReport Step(int step) => trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default);

    public byte[] Save()
    {
        using var stream = new MemoryStream();
        Captured.Write(stream);
        return stream.ToArray();
    }

    public void Dispose() => trainer.Dispose();
}
