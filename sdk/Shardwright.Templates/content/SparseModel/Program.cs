using Company.SparseModel1;
using Shardwright;

const int Steps = 200;
byte[] text = SourceText.Read();
var random = new Random(1);
int[] tokens = new int[SparseDecoder.Batch * SparseDecoder.Context], targets = new int[tokens.Length];

using var trainer = SparseDecoder.CreateTrainer(new TrainerOptions { Seed = 1, LearningRate = 5e-3f, WarmupSteps = 20, DecaySteps = Steps - 20 });
for (int step = 0; step < Steps; step++)
{
    SourceText.Sample(text, SparseDecoder.Context, random, tokens, targets);
    StepReport report = trainer.Step(tokens, targets);
    if (step % 20 == 0 || step == Steps - 1)
        Console.WriteLine(FormattableString.Invariant($"step {step,3}   loss {report.Loss:F3} nats per byte   {report.TokensPerSecond,8:N0} tokens/s here"));
    if (step == Steps - 1 && report.Emulated is { } target)
        Console.WriteLine(FormattableString.Invariant(
            $"\non {target.Machine.Name} ({target.Placement}): predicted step time {target.PlannedPicoseconds / 1e6:F1} µs at even load, {target.Picoseconds / 1e6:F1} µs with this routing; peak {report.HighWaterBytes / 1048576.0:F1} MiB a rank"));
}
