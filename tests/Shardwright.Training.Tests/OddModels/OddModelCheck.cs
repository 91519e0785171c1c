using System.Numerics.Tensors;
using System.Reflection;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.OddModels;

/// <summary>Everything that must hold for a model, whatever it computes: agreement with its eager self, with other meshes, and with finite differences.</summary>
internal static class OddModelCheck
{
    private const int Context = 3, Steps = 3;

    public static void Holds(string source, (int Data, int Expert) mesh, bool smooth = true, Func<int, float>? weight = null)
    {
        SameBits(Train(source, (1, 1), smooth, weight), Train(source, mesh, smooth: false, weight));

        // Rounding by random bits shows at once when they follow anything but the tokens.
        string low = source.Replace("[Model, ", "[Model, Precision(NumberFormat.BFloat16, Stochastic = true), ", StringComparison.Ordinal);
        Assert.NotEqual(source, low);
        SameBits(Train(low, (1, 1), smooth: false, weight, exact: false), Train(low, mesh, smooth: false, weight, exact: false));
    }

    private static void SameBits(List<(string Name, float[] Values)> alone, List<(string Name, float[] Values)> spread)
    {
        Assert.Equal(alone.Select(a => a.Name), spread.Select(s => s.Name));
        foreach (var (one, other) in alone.Zip(spread))
            Compare.SameBits(one.Values, other.Values, one.Name);
    }

    /// <summary>Compares with the eager model before the first step, then trains; what the steps leave behind is returned.</summary>
    private static List<(string Name, float[] Values)> Train(string source, (int Data, int Expert) mesh, bool smooth, Func<int, float>? weight, bool exact = true)
    {
        // Without decay and clipping a step's report and gradients are functions of its objective alone.
        using var trainer = new ModelTrainer(source, mesh, new TrainerOptions { WeightDecay = 0, LearningRate = 1e-2f });
        ReportCheck.Holds(trainer.Plan);
        object model = trainer.NewModel();
        Scatter(model);
        trainer.CopyFrom(model);
        int micro = trainer.Plan.Batch * Context, total = micro * trainer.Plan.MicroBatches;
        var random = new Random(5);
        int[] tokens = [.. Enumerable.Range(0, total).Select(_ => random.Next(7))], targets = [.. Enumerable.Range(0, total).Select(_ => random.Next(7))];
        float[] weights = weight is null ? [] : [.. Enumerable.Range(0, total).Select(i => weight(i % micro))];

        var output = new float[trainer.Plan.OutputElements];
        trainer.Forward(tokens.AsSpan(0, micro), output);
        var expected = (Tensor<float>)Invoke(model, "Forward", Shaped(tokens[..micro]));
        double error = !exact ? 0 : Compare.RelativeL2(output, expected.ToArray());
        Assert.True(error <= 1e-6, $"Forward on {mesh}: relative L2 {error:e2} from eager");

        double loss = Eager(model, "Loss"), objective = Eager(model, "Objective");
        float evaluated = trainer.Evaluate(tokens, targets, weights);
        var report = trainer.Step(tokens, targets, weights);
        if (exact)
        {
            Near(loss, evaluated, $"Evaluate on {mesh}");
            Near(loss, report.Loss, $"reported loss on {mesh}");
            Near(objective, report.Loss + report.BalanceLoss + report.RouterZLoss, $"reported objective on {mesh}");
        }
        if (smooth)
            Slopes();

        List<(string, float[])> left = [("output", output), ("evaluated", [evaluated]), .. Reported(report)];
        left.AddRange(Trained().Select(p => ("gradient of " + p.Path, trainer.Gradient(p))));
        for (int step = 1; step < Steps; step++)
            left.AddRange(Reported(trainer.Step(tokens, targets, weights)));
        left.AddRange(trainer.Parameters().Select(p => (p.Path, trainer.Parameter(p))));
        Assert.All(left, l => Assert.All(l.Item2, v => Assert.True(float.IsFinite(v), $"{l.Item1} is not finite")));
        return left;

        IEnumerable<(int Slot, int Instance, int Expert, string Path, int Length)> Trained() => trainer.Parameters().Where(p => trainer.Plan.Parameters[p.Slot].GradientOffset >= 0);

        double Eager(object of, string method) => Enumerable.Range(0, trainer.Plan.MicroBatches).Average(m =>
        {
            var part = (m * micro)..((m + 1) * micro);
            object result = weights.Length == 0 ? Invoke(of, method, Shaped(tokens[part]), Shaped(targets[part])) : Invoke(of, method, Shaped(tokens[part]), Shaped(targets[part]), Shaped(weights[part]));
            return result is Tensor<float> tensor ? tensor.ToArray().Single() : (float)result;
        });

        // One direction a parameter, near its own gradient so that the slope is well above the rounding of a float loss.
        void Slopes()
        {
            var handles = new Handles();
            trainer.Trainer.GetType().GetMethod("Visit")!.Invoke(null, [model, handles]);
            foreach (var slot in Trained().GroupBy(p => p.Slot))
            {
                var parts = slot.Select(p => (Parameter: handles[(p.Slot, p.Instance, p.Expert)], Gradient: trainer.Gradient(p), Before: handles[(p.Slot, p.Instance, p.Expert)].Value.ToArray())).ToList();
                double norm = Math.Sqrt(parts.Sum(p => p.Gradient.Sum(g => (double)g * g)));
                var directions = parts.Select(p => p.Gradient.Select(g => (norm == 0 ? 0 : g / norm) + ((random.NextDouble() - 0.5) / Math.Sqrt(parts.Count * p.Gradient.Length))).ToArray()).ToList();
                double slope = parts.Zip(directions, (p, d) => p.Gradient.Zip(d, (g, s) => g * s).Sum()).Sum(), measured = 0;
                // Routing makes steps in the loss: a stride that meets one is followed by a shorter one.
                bool agrees = false;
                foreach (double stride in new[] { 1e-2, 1e-3, 2e-4 })
                {
                    measured = (At(stride) - At(-stride)) / (2 * stride);
                    if (agrees = Math.Abs(measured - slope) <= (1.5e-2 * Math.Abs(slope)) + (1e-6 * (1 + Math.Abs(objective)) / stride))
                        break;
                }
                At(0);
                Assert.True(agrees, $"gradient of {trainer.Plan.Parameters[slot.Key].Path}: slope {measured:g5}, gradient says {slope:g5}");

                double At(double stride)
                {
                    foreach (var (part, direction) in parts.Zip(directions))
                        part.Parameter.Value = Tensor.Create([.. part.Before.Zip(direction, (v, d) => (float)(v + (stride * d)))], [.. part.Parameter.Shape.ToArray().Select(n => (nint)n)]);
                    return stride == 0 ? 0 : Eager(model, "Objective");
                }
            }
        }
    }

    private sealed class Handles : Dictionary<(int Slot, int Instance, int Expert), Parameter>, IParameterVisitor
    {
        public void Visit(int slot, int instance, int expert, string path, Parameter parameter) => Add((slot, instance, expert), parameter);

        public void Visit(int slot, int instance, int expert, string path, State state)
        {
        }
    }

    private static IEnumerable<(string, float[])> Reported(StepReport report) => [("report", [report.Loss, report.BalanceLoss, report.RouterZLoss, report.GradientNorm])];

    /// <summary>Values that hide nothing: biases are not 0, gains not 1.</summary>
    private static void Scatter(object model)
    {
        var random = new Random(3);
        foreach (var (_, parameter) in ModelParameters.Of(model))
            parameter.Value = Tensor.Create([.. Enumerable.Range(0, parameter.Shape.ToArray().Aggregate(1, (a, b) => a * b)).Select(_ => (float)((random.NextDouble() * 1.2) - 0.5))], [.. parameter.Shape.ToArray().Select(n => (nint)n)]);
    }

    private static object Invoke(object model, string method, params object[] arguments)
    {
        try
        {
            return model.GetType().GetMethod(method, BindingFlags.Public | BindingFlags.Instance)!.Invoke(model, arguments)!;
        }
        catch (TargetInvocationException failure)
        {
            throw failure.InnerException!;
        }
    }

    private static Tensor<T> Shaped<T>(T[] values) => Tensor.Create(values, [values.Length / Context, Context]);

    private static void Near(double expected, double actual, string what) => Assert.True(Math.Abs(actual - expected) <= 3e-6 * (1 + Math.Abs(expected)), $"{what}: {actual:R}, eager {expected:R}");
}
