using System.Diagnostics;
using Shardwright;
using SparseLanguage.Batches;
using SparseLanguage.Corpus;
using SparseLanguage.Display;
using SparseLanguage.Trigram;

namespace SparseLanguage.Training;

/// <summary>Validation, training, validation: everything a run measures.</summary>
public sealed class TrainingRun(LanguageModelTrainer trainer, TextCorpus corpus, int steps, ulong seed, bool traceLastStep = false)
{
    private const int Batch = SparseLanguageModel.Batch, Context = SparseLanguageModel.Context;

    private readonly WindowBatch[] _validation = Windows.Spread(corpus.Validation, Schedule.ValidationBatches, Batch, Context);
    private readonly List<float> _losses = new(steps);
    private readonly long[] _bytes = new long[Collectives.Length];
    private TimeSpan _training;
    private long _allocated;
    private int _measured;
    private EmulatedSummary? _emulated;

    private static readonly Collective[] Collectives = Enum.GetValues<Collective>();

    /// <summary>The last step's trace, when it was asked for and the run came that far.</summary>
    public StepTrace? Trace { get; private set; }

    /// <summary>Runs to the end, or to the end of the step during which <paramref name="stop"/> is cancelled.</summary>
    public TrainingSummary Run(IDisplay display, CancellationToken stop)
    {
        var trigram = new TrigramModel(corpus.Training);
        var trigramLoss = _validation.Average(batch => trigram.Loss(batch.Tokens, batch.Targets, Context));
        display.Start(trainer, corpus, steps, trigramLoss);
        var before = Validate(stop);
        display.Validated(before, trained: false);
        Train(display, stop);
        // An interrupted run still says what it reached; only a second interrupt, which ends the process, skips this.
        var after = _losses.Count > 0 ? Validate(CancellationToken.None) : before;
        display.Validated(after, trained: true);

        return new TrainingSummary(
            _losses.Count, seed, trainer.Ranks, _losses, before, after, trigramLoss,
            TokensPerSecond: _training > TimeSpan.Zero ? _losses.Count * (double)(Batch * Context) / _training.TotalSeconds : 0,
            trainer.Plan.BalancedPeakBytes, trainer.Plan.PersistentBytes + trainer.Plan.LiveLowerBoundBytes,
            AllocatedBytesPerStep: _measured > 0 ? (_allocated + _measured - 1) / _measured : 0,       // rounded up: one byte in a thousand steps is not none
            Collectives.ToDictionary(kind => kind, kind => _bytes[(int)kind]),
            _emulated);
    }

    private void Train(IDisplay display, CancellationToken stop)
    {
        var sampler = new WindowSampler(corpus.Training, Batch, Context, seed);
        var (tokens, targets) = (new int[Batch * Context], new int[Batch * Context]);
        for (var step = 0; step < steps && !stop.IsCancellationRequested; step++)
        {
            sampler.Fill(step, tokens, targets);
            // The last step has the load of a trained router; recording allocates, so that step is not measured.
            var traced = traceLastStep && step == steps - 1;
            if (traced)
                Trace = trainer.CaptureTrace();
            var report = Step(tokens, targets, measure: step >= steps / 3 && step < steps - steps / 3 && !traced);
            _emulated = report.Emulated is { } emulated ? EmulatedSummary.Of(emulated) : null;
            _losses.Add(report.Loss);
            foreach (var kind in Collectives)
                _bytes[(int)kind] += report.Bytes(kind);
            display.Stepped(report);
        }
    }

    /// <summary>One step, timed. The allocation counter is read right around it, so that neither display nor bookkeeping counts.</summary>
    private StepReport Step(int[] tokens, int[] targets, bool measure)
    {
        var allocated = measure ? GC.GetTotalAllocatedBytes(precise: true) : 0;
        var start = Stopwatch.GetTimestamp();
        var report = trainer.Step(tokens, targets);
        _training += Stopwatch.GetElapsedTime(start);
        if (measure)
        {
            _allocated += GC.GetTotalAllocatedBytes(precise: true) - allocated;
            _measured++;
        }
        return report;
    }

    private float? Validate(CancellationToken stop)
    {
        var sum = 0.0;
        foreach (var batch in _validation)
        {
            if (stop.IsCancellationRequested)
                return null;
            sum += trainer.Evaluate(batch.Tokens, batch.Targets);
        }
        return (float)(sum / _validation.Length);
    }
}
