using System.Numerics.Tensors;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>A state is read like a parameter, has no gradient, stays as it is through training, and travels with CopyFrom and CopyTo.</summary>
public sealed class StateTests
{
    const string Source = """
        namespace Models.Stateful;

        [Model, Mesh, Training(Optimizer.AdamW)]
        public sealed partial class Stateful
        {
            public const int Width = 8, Batch = 4, Context = 2;
            public Parameter Table { get; } = new(4, Width);
            public Parameter Head { get; } = new(Width, 4);
            [State] public State Offset { get; } = new(4);

            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
                => Nn.MatMul(Nn.Embed(tokens, Table), Head) + Offset;

            public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
                => Nn.CrossEntropy(Forward(tokens), targets);
        }
        """;

    static readonly int[] Tokens = [0, 1, 2, 3, 3, 2, 1, 0], Targets = [1, 2, 3, 0, 2, 1, 0, 3];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Step_ModelWithState_StateShiftsLogitsAndIsKept(int data)
    {
        using var trainer = new ModelTrainer(Source, (data, 1), new TrainerOptions());
        float[] before = new float[32], after = new float[32], offset = [1, -2, 3, 0.5f];
        trainer.Forward(Tokens, before);
        dynamic model = trainer.NewModel();
        trainer.CopyTo((object)model);
        ((State)model.Offset).Value = Tensor.Create(offset);
        trainer.CopyFrom((object)model);

        trainer.Forward(Tokens, after);
        for (int i = 0; i < after.Length; i++)
            Assert.Equal(before[i] + offset[i % 4], after[i]);

        float first = trainer.Step(Tokens, Targets).Loss, second = trainer.Step(Tokens, Targets).Loss;
        Assert.True(second < first);
        trainer.CopyTo((object)model);
        Assert.Equal(offset, ((State)model.Offset).Value.ToArray());
    }
}
