namespace Shardwright.Sdk.Tests.Setup;

/// <summary>What consumers are made of.</summary>
internal static class Sources
{
    /// <summary>A model with experts on two ranks that compiles in a moment.</summary>
    public const string Model = """
        using System.Numerics.Tensors;
        using Shardwright;

        namespace Consuming;

        [Model, Mesh(Data = 2, Expert = 2), Training(Optimizer.AdamW)]
        public sealed partial class Small
        {
            public const int Batch = 4, Rows = 8, Width = 16;

            public Parameter Router { get; } = new(Width, 4);
            [Experts] public ExpertGroup<Expert> Experts { get; } = new(count: 4, topK: 2, () => new(Width)) { BalanceLoss = 0.01f };
            public Parameter Head { get; } = new(Width, 5);

            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Rows), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
                => Nn.MatMul(x + Experts.Forward(x, logits: Nn.MatMul(x, Router)), Head);

            public Tensor<float> Loss(Tensor<float> x, [Shape(nameof(Batch), nameof(Rows)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
                => Nn.CrossEntropy(Forward(x), targets);
        }

        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter Up { get; } = new(width, 2 * width);
            public Parameter Down { get; } = new(2 * width, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
        }
        """;

    /// <summary>A step of it.</summary>
    public const string Program = """
        using System;
        using System.Linq;
        using Consuming;
        using Shardwright;

        using var trainer = Small.CreateTrainer(new TrainerOptions { Seed = 1, LearningRate = 1e-2f });
        float[] x = [.. Enumerable.Range(0, Small.Batch * Small.Rows * Small.Width).Select(i => MathF.Sin(i))];
        int[] targets = [.. Enumerable.Range(0, Small.Batch * Small.Rows).Select(i => i % 5)];
        float first = trainer.Step(x, targets).Loss;
        for (int step = 0; step < 20; step++)
            trainer.Step(x, targets);
        Console.WriteLine(trainer.Evaluate(x, targets) < first ? $"learned on {trainer.Ranks} ranks" : "did not learn");
        """;

    /// <summary>What the generator writes for <see cref="Model"/>.</summary>
    public static readonly string[] Generated = ["Consuming.Expert.Graph.g.cs", "Consuming.Small.Plan.g.cs", "Consuming.Small.Program.g.cs", "Consuming.Small.Trainer.g.cs"];

    public const string GeneratedFolder = "obj/Debug/net10.0/generated/Shardwright.Generators/Shardwright.Generators.ModelGenerator";

    public const string Sdk = "Shardwright.Sdk/" + Feed.Version;

    /// <summary>A library's project file.</summary>
    public static string Project(string sdk = Sdk, string properties = "", string rest = "", string framework = "net10.0") => $"""
        <Project Sdk="{sdk}">
          <PropertyGroup>
            <TargetFramework>{framework}</TargetFramework>
            <Nullable>enable</Nullable>
            {properties}
          </PropertyGroup>
          {rest}
        </Project>
        """;
}
