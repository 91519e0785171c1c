using System.Diagnostics;
using System.Globalization;
using Shardwright;
using StepSpeed;

// One process: tokens a second of the training step, median and best of the steps after warm-up, and the first step's time. Arguments: the number of timed steps, --no-clock to leave virtual time out, --skew to route by a skewed draw in the router's place, --pinned for four ranks to a core. `Compare` alternates such processes.
int steps = 20, warmUp = 5;
string[] switches = ["--no-clock", "--skew", "--pinned"];
var options = new TrainerOptions
{
    LearningRate = 3e-4f,
    Clock = !args.Contains("--no-clock"),
    Routing = args.Contains("--skew") ? new SkewedRouting() : null,
    RanksPerCore = args.Contains("--pinned") ? 4 : 0,
};
args = [.. args.Except(switches)];
if (args.Length > 0 && (!int.TryParse(args[0], CultureInfo.InvariantCulture, out steps) || steps < 1))
{
    Console.Error.WriteLine($"got '{args[0]}', need the number of timed steps, at least 1");
    return 2;
}
var text = string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog. ", 4000)).Select(c => (int)c).ToArray();
var random = new Random(0);
int tokens = BenchmarkModel.Batch * BenchmarkModel.Context;
var inputs = new int[tokens];
var targets = new int[tokens];
using var trainer = BenchmarkModel.CreateTrainer(options);
var seconds = new List<double>();
float firstLoss = 0, lastLoss = 0;
double firstStep = 0;
for (int step = 0; step < warmUp + steps; step++)
{
    for (int sequence = 0; sequence < BenchmarkModel.Batch; sequence++)
    {
        int start = random.Next(text.Length - BenchmarkModel.Context - 1);
        text.AsSpan(start, BenchmarkModel.Context).CopyTo(inputs.AsSpan(sequence * BenchmarkModel.Context));
        text.AsSpan(start + 1, BenchmarkModel.Context).CopyTo(targets.AsSpan(sequence * BenchmarkModel.Context));
    }
    long begin = Stopwatch.GetTimestamp();
    var report = trainer.Step(inputs, targets);
    double elapsed = Stopwatch.GetElapsedTime(begin).TotalSeconds;
    lastLoss = report.Loss;
    if (step == 0)
        (firstLoss, firstStep) = (report.Loss, elapsed);
    if (step >= warmUp)
        seconds.Add(elapsed);
}
seconds.Sort();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"ranks={trainer.Ranks} first {firstStep * 1e3:F1} ms, median {seconds[steps / 2] * 1e3:F1} ms/step {tokens / seconds[steps / 2]:F0} tok/s (best {tokens / seconds[0]:F0}) loss {firstLoss:F3}->{lastLoss:F3}"));
return 0;
