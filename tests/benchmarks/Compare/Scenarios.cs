namespace Compare;

/// <summary>One method, one figure of docs/performance.md.</summary>
internal sealed class Scenarios(TextWriter output, int processes, CancellationToken stop)
{
    private const string StepSpeed = "tests/benchmarks/StepSpeed", KernelSpeed = "tests/benchmarks/KernelSpeed", Sample = "samples/SparseLanguageModel";

    /// <summary>The training step on three meshes of the same cores, against a peer if there is one.</summary>
    public async Task Step(IReadOnlyList<string> peer, int steps)
    {
        using var workshop = new Workshop(output);
        var contenders = new List<Contender>();
        if (peer.Count > 0)
        {
            // Before minutes of building: does it exist, and does it print its figure?
            var contender = new Contender("peer", peer);
            await contender.Measure(Figure.BestStep, stop);
            contenders.Add(contender);
        }
        foreach (int ranks in new[] { 1, 4, 8 })
            contenders.Add(await BuildStep(workshop, Mesh(ranks), ranks, steps));
        await new Comparison(output, Figure.BestStep, processes).Run(contenders, stop);
    }

    /// <summary>Eight ranks against one on the same cores.</summary>
    public async Task Ranks(int steps)
    {
        using var workshop = new Workshop(output);
        await new Comparison(output, Figure.BestStep, processes).Run([await BuildStep(workshop, Mesh(1), 1, steps), await BuildStep(workshop, Mesh(8), 8, steps)], stop);
    }

    /// <summary>Eight ranks whose experts are hot on the first four: replicas and the order that is invariant under them against experts at home, on shared cores and with four ranks to a core.</summary>
    public async Task Placement(int steps)
    {
        using var workshop = new Workshop(output);
        var shared = new List<Contender>();
        foreach (string order in new[] { "Fast", "Invariant" })
            foreach (string placement in new[] { "Static", "Adaptive" })
            {
                var built = await BuildStep(workshop, $"{placement}, {order}", 8, steps, $"BenchmarkPlacement={placement}", $"BenchmarkOrder={order}");
                shared.Add(built with { Command = [.. built.Command, "--skew"] });
            }
        output.WriteLine("Cores shared by all ranks:");
        await new Comparison(output, Figure.BestStep, processes).Run(shared, stop);
        output.WriteLine("Four ranks to a core:");
        await new Comparison(output, Figure.BestStep, processes).Run([.. shared.Select(contender => contender with { Command = [.. contender.Command, "--pinned"] })], stop);
    }

    /// <summary>The training step with every statement timed on the target against the step alone: what virtual time costs.</summary>
    public async Task Clock(int steps)
    {
        using var workshop = new Workshop(output);
        foreach (int ranks in new[] { 1, 8 })
        {
            var clock = await BuildStep(workshop, $"{Mesh(ranks)} with the clock", ranks, steps);
            var none = new Contender($"{Mesh(ranks)} without", [.. clock.Command, "--no-clock"]);
            await new Comparison(output, Figure.BestStep, processes).Run([none, clock], stop);
        }
    }

    /// <summary>A fresh process's first step over its steady one.</summary>
    public async Task FirstStep()
    {
        using var workshop = new Workshop(output);
        foreach (int ranks in new[] { 1, 8 })
            await new Comparison(output, Figure.FirstStep, processes).Run([await BuildStep(workshop, Mesh(ranks), ranks, steps: 8)], stop);
    }

    /// <summary>The sample built Debug against the sample built Release.</summary>
    public async Task Configuration(int steps)
    {
        using var workshop = new Workshop(output);
        var contenders = new List<Contender>();
        foreach (string configuration in new[] { "Release", "Debug" })
            contenders.Add(await workshop.Build(configuration, Sample, configuration, [], ["--steps", $"{steps}", "--quiet"], stop));
        await new Comparison(output, Figure.MeanSpeed, processes).Run(contenders, stop);
    }

    /// <summary>The training step with bf16 numerics against fp32.</summary>
    public async Task Precision(int steps)
    {
        using var workshop = new Workshop(output);
        await new Comparison(output, Figure.BestStep, processes).Run(
            [await BuildStep(workshop, "fp32", 1, steps), await BuildStep(workshop, "bf16", 1, steps, "ShardwrightPrecision=BFloat16")], stop);
    }

    /// <summary>The sample's loss after a short run in bf16 against fp32.</summary>
    public async Task Loss(int steps)
    {
        using var workshop = new Workshop(output);
        string[] run = ["--steps", $"{steps}", "--quiet"];
        var full = await workshop.Build("fp32", Sample, "Release", [], run, stop);
        await new LossComparison(output, processes).Run(full, await workshop.Build("bf16", Sample, "Release", ["ShardwrightPrecision=BFloat16"], run, stop), stop);
    }

    /// <summary>Attention forward and backward on two threads against PyTorch.</summary>
    public async Task Attention(string? python)
    {
        string interpreter = await Python.WithTorch(python, stop);
        using var workshop = new Workshop(output);
        var ours = await workshop.Build("ours", KernelSpeed, "Release", [], [], stop);
        foreach (string context in new[] { "128", "1024" })
        {
            Contender[] contenders =
            [
                new($"PyTorch at {context}", [interpreter, Path.Combine(Workshop.Root, "tests/benchmarks/peers/attention.py"), "--context", context, "--threads", "2"]),
                new($"ours at {context}", [.. ours.Command, "--attention", context, "2"]),
            ];
            await new Comparison(output, Figure.BestPass, processes).Run(contenders, stop);
        }
    }

    private static string Mesh(int ranks) => $"mesh {ranks}×{ranks}";

    private Task<Contender> BuildStep(Workshop workshop, string name, int ranks, int steps, params string[] properties)
        => workshop.Build(name, StepSpeed, "Release", [$"ShardwrightMesh=data={ranks} expert={ranks}", .. properties], [$"{steps}"], stop);
}
