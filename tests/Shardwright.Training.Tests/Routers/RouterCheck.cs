using System.Numerics.Tensors;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Gradients;
using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.Interpretation;

namespace Shardwright.Training.Tests.Routers;

/// <summary>
/// What every kind of routing must do: the double-precision reference (<c>RouterReference</c>) has the slopes of its own objective; the generated program has the eager run's result and the reference's losses and
/// gradients; meshes have one rank's bits; time and memory are the plan's.
/// </summary>
internal static class RouterCheck
{
    private const int Steps = 4, Tokens = RouterModel.Batch * RouterModel.Context;

    public static void Holds(string source)
    {
        ReferenceHasItsSlopes(source);
        using (var trainer = Create(source, (1, 1)))
            AgreesWithEagerAndReference(source, trainer);
        var alone = Train(source, (1, 1));
        foreach (var mesh in new[] { (2, 2), (4, 4) })
            foreach (var (one, other) in alone.Zip(Train(source, mesh)))
                Compare.SameBits(one.Values, other.Values, $"{one.Name} on {mesh}");
    }

    public static ModelTrainer Create(string source, (int Data, int Expert) mesh, TrainerOptions? options = null)
    {
        var trainer = new ModelTrainer(source, mesh, options ?? new TrainerOptions { WeightDecay = 0, LearningRate = 1e-2f });
        ReportCheck.Holds(trainer.Plan);
        object model = trainer.NewModel();
        Scatter(model);
        trainer.Trainer.GetType().GetMethod("Visit")!.Invoke(null, [model, new Biases()]);
        trainer.CopyFrom(model);
        return trainer;
    }

    /// <summary>Inputs of one step, both micro-batches.</summary>
    public static (int[] Tokens, int[] Targets) Inputs(int step)
    {
        var random = new Random(step);
        return ([.. Enumerable.Range(0, 2 * Tokens).Select(_ => random.Next(RouterModel.Vocabulary))], [.. Enumerable.Range(0, 2 * Tokens).Select(_ => random.Next(RouterModel.Vocabulary))]);
    }

    public static Tensor<int> Shaped(int[] values) => Tensor.Create(values, [values.Length / RouterModel.Context, RouterModel.Context]);

    /// <summary>All that some steps leave behind. <paramref name="isPlanned"/>: memory is the plan's, which does not know the scratch of padded and gathered dispatch.</summary>
    public static List<(string Name, float[] Values)> Train(string source, (int Data, int Expert) mesh, bool isPlanned = true)
    {
        var routing = new RecordedRouting();
        using var trainer = Create(source, mesh, new TrainerOptions { WeightDecay = 0, LearningRate = 1e-2f, Routing = routing });
        List<(string, float[])> left = [];
        for (int step = 0; step < Steps; step++)
        {
            var (tokens, targets) = Inputs(step);
            var report = trainer.Step(tokens, targets);
            if (isPlanned)
                Assert.Equal(new RouteCount(trainer.Plan, routing).PeakBytes(step), report.HighWaterBytes);
            var plan = PlanReader.Read(trainer.Plan.Document!);
            var clocks = ProgramWalk.Run(new(plan.Program, plan.Machine(), plan.Placement), mesh.Data, new RecordedRows(plan, routing, step, RouterModel.Batch / mesh.Data, [.. trainer.Plan.Experts.Select(site => site.Capacity)]));
            Assert.Equal(clocks.Max(c => c.Now), report.Emulated!.Picoseconds);
            left.Add(($"report {step}", [report.Loss, report.BalanceLoss, report.RouterZLoss, report.GradientNorm]));
            left.Add(("dropped", [.. trainer.Plan.Experts.SelectMany((site, s) => Enumerable.Range(0, site.Layers).Select(layer => (float)report.DroppedCopies(s, layer)))]));
            left.Add(("evaluated", [trainer.Evaluate(tokens, targets)]));
        }
        left.AddRange(Trained(trainer).Select(p => ("gradient of " + p.Path, trainer.Gradient(p))));
        left.AddRange(trainer.Parameters().Select(p => (p.Path, trainer.Parameter(p))));
        Assert.All(left, l => Assert.All(l.Item2, v => Assert.True(float.IsFinite(v), $"{l.Item1} is not finite")));
        return left;
    }

    private static void ReferenceHasItsSlopes(string source)
    {
        var program = CapturedModel.Build(CapturedModel.Link(source.Replace("MicroBatches = 2", "MicroBatches = 1", StringComparison.Ordinal)));
        var inputs = TinyModel.Inputs(program, seed: 3);
        new ProgramInterpreter(inputs).Run(program.Root, backward: true);
        inputs.Routing.IsFrozen = true;
        FiniteDifference.AssertDirections(
            () =>
            {
                var run = new ProgramInterpreter(inputs);
                run.Run(program.Root, backward: false);
                return run.Objective;
            },
            inputs, FiniteDifference.Trained(program), new Random(1));
    }

    private static void AgreesWithEagerAndReference(string source, ModelTrainer trainer)
    {
        var (tokens, targets) = Inputs(0);
        dynamic model = trainer.NewModel();
        trainer.CopyTo((object)model);
        var logits = new float[trainer.Plan.OutputElements];
        trainer.Forward(tokens.AsSpan(0, Tokens), logits);
        Tensor<float> forward = model.Forward(Shaped(tokens[..Tokens]));
        Assert.InRange(Compare.RelativeL2(logits, forward.ToArray()), 0, 1e-6);
        double objective = 0;
        for (int m = 0; m < 2; m++)
        {
            using var noise = RouterNoise.At(trainer.Trainer.Options.Seed, step: 0, m);
            var part = (m * Tokens)..((m + 1) * Tokens);
            objective += (double)model.Objective(Shaped(tokens[part]), Shaped(targets[part])) / 2;
        }

        var (program, inputs) = Reference(source, trainer);
        var expected = program.Parameters.ToDictionary(p => p.Slot, p => new double[inputs.Parameter(p).Length]);
        var (loss, balance, routerZ) = (0.0, 0.0, 0.0);
        var quantiles = new Dictionary<int, double[]>();
        var load = new Dictionary<(int Site, int Layer), double[]>();
        for (int m = 0; m < 2; m++)
        {
            var own = inputs.WithRouting(new Interpretation.Routing(), 1, load);
            own.Moment = (trainer.Trainer.Options.Seed, 0, m);
            own.Bind(program.Inputs[0], tokens.Skip(m * Tokens).Take(Tokens).Select(v => (double)v));
            own.Bind(program.Inputs[1], targets.Skip(m * Tokens).Take(Tokens).Select(v => (double)v));
            var run = new ProgramInterpreter(own);
            run.Run(program.Root, backward: true);
            (loss, balance, routerZ) = (loss + (run.Loss / 2), balance + (run.Balance / 2), routerZ + (run.RouterZ / 2));
            foreach (var site in program.Sites)
                for (int layer = 0; layer < site.Layers; layer++)
                    load[(site.Index, layer)] = [.. own.Routing.Load(site, layer).Zip(load.GetValueOrDefault((site.Index, layer), new double[site.Experts]), (a, b) => a + b)];
            foreach (var (site, sums) in run.Quantiles)
                quantiles[site] = m == 0 ? sums : [.. quantiles[site].Zip(sums, (a, b) => a + b)];
            foreach (var parameter in FiniteDifference.Trained(program))
                for (var i = 0; i < expected[parameter.Slot].Length; i++)
                    expected[parameter.Slot][i] += own.Gradient(parameter)[i];
        }

        var report = trainer.Step(tokens, targets);
        Near(objective, report.Loss + report.BalanceLoss + report.RouterZLoss, "objective, eager");
        Near(loss, report.Loss, "loss, reference");
        Near(balance, report.BalanceLoss, "balance loss, reference");
        Near(routerZ, report.RouterZLoss, "router z-loss, reference");
        foreach (var (site, sums) in quantiles)
        {
            float[] bias = [.. trainer.Parameters().Where(p => p.Slot == trainer.Plan.Experts[site].BiasSlot).SelectMany(trainer.Parameter)];
            for (int i = 0; i < bias.Length; i++)
                Near(sums[i] / (2 * RouterModel.Batch), bias[i], $"bias {i} of site {site}, reference");
        }
        foreach (var slot in Trained(trainer).GroupBy(p => p.Slot))
        {
            double error = Compare.RelativeL2([.. slot.SelectMany(trainer.Gradient)], Array.ConvertAll(expected[slot.Key], v => (float)v));
            Assert.True(error <= 1e-5, $"gradient of {trainer.Plan.Parameters[slot.Key].Path}: relative L2 {error:e2} from the reference");
        }
    }

    /// <summary>The program in double precision with the trainer's parameters.</summary>
    private static (BuiltProgram Program, ProgramInputs Inputs) Reference(string source, ModelTrainer trainer)
    {
        var program = CapturedModel.Build(CapturedModel.Link(source));
        var inputs = new ProgramInputs(program.Parameters);
        foreach (var slot in trainer.Parameters().GroupBy(p => p.Slot))
            slot.SelectMany(trainer.Parameter).Select(v => (double)v).ToArray().CopyTo(inputs.Parameter(program.Parameters.Single(p => p.Slot == slot.Key)), 0);
        return (program, inputs);
    }

    private static IEnumerable<(int Slot, int Instance, int Expert, string Path, int Length)> Trained(ModelTrainer trainer) => trainer.Parameters().Where(p => trainer.Plan.Parameters[p.Slot].GradientOffset >= 0);

    private static void Scatter(object model)
    {
        var random = new Random(3);
        foreach (var (_, parameter) in ModelParameters.Of(model))
            parameter.Value = Tensor.Create([.. Enumerable.Range(0, (int)parameter.Length).Select(_ => (float)((random.NextDouble() * 2) - 1))], [.. parameter.Shape.ToArray().Select(n => (nint)n)]);
    }

    private static void Near(double expected, double actual, string what) => Assert.True(Math.Abs(actual - expected) <= 2e-6 * (1 + Math.Abs(expected)), $"{what}: {expected:R}, the generated program has {actual:R}");

    /// <summary>Biases that choose other experts than the scores do.</summary>
    private sealed class Biases : IParameterVisitor
    {
        private readonly Random random = new(4);

        public void Visit(int slot, int instance, int expert, string path, Parameter parameter)
        {
        }

        public void Visit(int slot, int instance, int expert, string path, State state) =>
            state.Value = Tensor.Create([.. Enumerable.Range(0, (int)state.Length).Select(_ => random.Next(-4, 5) / 16f)], [.. state.Shape.ToArray().Select(n => (nint)n)]);
    }
}
