using Microsoft.CodeAnalysis;
using Shardwright.Capture.Reuse;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Reuse;

/// <summary>Whatever is edited in whatever order, what is remembered of a class is what capturing it anew would give.</summary>
public sealed class ReuseIsExactTests
{
    // Every way in which a class's meaning hangs on other files, in as few lines as possible.
    static readonly (string Path, string Code)[] files =
    [
        ("/p/Usings.cs", "global using static Deep.Sizes; global using Rows = Deep.Alternative;"),
        ("/p/Sizes.cs", "namespace Deep; static class Sizes { public const int Width = 4; public const int Hidden = More.Twice * Width; } class Alternative { public const int Batch = 8; }"),
        ("/p/More.cs", "namespace Deep; static class More { public const int Twice = 2; public const int Unused = 1; }"),
        ("/p/Base.cs", "namespace Deep; public abstract class Named { public const int Heads = 2; }"),
        ("/p/Kinds.cs", "namespace Deep; enum Kind { Small = 1, Large = 2 } class Settings { public const int Factor = (int)Kind.Large; }"),
        ("/p/Scaling.cs", "namespace Deep; static class Scaling { public static Tensor<float> Twice(this Tensor<float> x) => Helpers.Scaled(x, 2f); }"),
        ("/p/Helpers.cs", "namespace Deep; static class Helpers { public static Tensor<float> Scaled(Tensor<float> x, float by = 3f) => x * by; }"),
        ("/p/Block.cs", """
            namespace Deep;
            using Own = Deep.Settings;
            [Module] public sealed class Block(int width)
            {
                public Parameter Weight { get; } = new(width, width * Own.Factor / 2);
                public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);
            }
            """),
        ("/p/Model.cs", """
            namespace Deep;
            [Model, Mesh(Data = 2)] public sealed partial class First
            {
                public const int Batch = Rows.Batch, Size = Width;
                public Block Block { get; } = new(Width);
                public Parameter Up { get; } = new(Width, Hidden);
                public Parameter Down { get; } = new(Hidden, Width);
                public Tensor<float> Forward([Shape(nameof(Batch), nameof(Size)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Nn.MatMul(Nn.MatMul(Block.Forward(x).Twice(), Up), Down);
                public Tensor<float> Loss([Shape(nameof(Batch), nameof(Size)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Nn.Mean(Forward(x));
            }
            """),
        ("/p/Second.cs", """
            namespace Deep;
            [Module] public sealed class Second(int width)
            {
                public Block Inner { get; } = new(width * Named.Heads);
                public Tensor<float> Forward(Tensor<float> x) => Helpers.Scaled(Inner.Forward(x));
            }
            """),
        ("/p/Other.cs", "namespace Deep; public class Other { public int Count => 1; }"),
    ];

    // (file, what is there, what it becomes); each may be undone again.
    static readonly (string File, string From, string To)[] edits =
    [
        ("/p/Sizes.cs", "Width = 4;", "Width = 8;"),
        ("/p/Sizes.cs", "Batch = 8", "Batch = 16"),
        ("/p/More.cs", "Twice = 2", "Twice = 4"),
        ("/p/More.cs", "Unused = 1", "Unused = 2"),
        ("/p/Base.cs", "Heads = 2", "Heads = 4"),
        ("/p/Kinds.cs", "Large = 2", "Large = 4"),
        ("/p/Kinds.cs", "(int)Kind.Large", "(int)Kind.Small * 2 + 2"),
        ("/p/Scaling.cs", "2f", "5f"),
        ("/p/Scaling.cs", "this Tensor<float> x)", "this Tensor<float> x, float by = 2f)"),
        ("/p/Helpers.cs", "by = 3f", "by = 7f"),
        ("/p/Helpers.cs", "x * by", "x * by + 1f"),
        ("/p/Block.cs", "width * Own", "2 * width * Own"),
        ("/p/Block.cs", "using Own = Deep.Settings;", "using Own = Deep.Wider;"),
        ("/p/Block.cs", "[Module]", "[Module, Recompute]"),
        ("/p/Block.cs", "public Parameter", "[Frozen] public Parameter"),
        ("/p/Model.cs", "Mesh(Data = 2)", "Mesh(Data = 4)"),
        ("/p/Model.cs", "Down);", "Down) * 2f;"),
        ("/p/Second.cs", "width * Named", "3 * width * Named"),
        ("/p/Usings.cs", "Rows = Deep.Alternative", "Rows = Deep.Wider"),
        ("/p/Other.cs", "public int Count => 1;", "public int Count => 1; public static Tensor<float> Twice(Tensor<float> x) => x;"),
        ("/p/Other.cs", "public class Other", "public class Wider { public const int Batch = 32, Factor = 6; } public class Other"),
        ("/p/Other.cs", "namespace Deep;", "namespace Deep; static class Shadow { public static Tensor<float> Twice(this Tensor<float> x, int unused = 0) => x; }"),
        ("/p/Other.cs", "namespace Deep;", "namespace Deep.Helpers;"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EditsInAnyOrder_WhatIsRemembered_IsWhatCaptureGives(int seed)
    {
        var random = new Random(seed);
        var test = new GeneratorTest(files);
        var done = new bool[edits.Length];
        int reused = 0, renewed = 0;
        var before = Remembered();
        Assert.Empty(before.Values.SelectMany(module => module.Diagnostics));
        for (int step = 0; step < 60; step++)
        {
            int index = random.Next(edits.Length);
            var (file, from, to) = edits[index];
            if (done[index])
                (from, to) = (to, from);
            string code = test.Compilation.SyntaxTrees.Single(t => t.FilePath == file).ToString();
            if (!code.Contains(from, StringComparison.Ordinal))
                continue;
            done[index] = !done[index];
            test.Edit(file, text => text.Replace(from, to, StringComparison.Ordinal));

            var after = Remembered();
            foreach (var (type, module) in after)
            {
                var fresh = ModuleCapture.Capture(test.Compilation.GetTypeByMetadataName(type)!, test.Compilation, null, default);
                Assert.Equal(fresh.Graph, module.Graph);
                Assert.Equal(fresh.Sources, module.Sources);
                Assert.Equal(fresh.Diagnostics.Select(d => d.Id), module.Diagnostics.Select(d => d.Id));
                if (ReferenceEquals(before[type], module))
                    reused++;
                else
                    renewed++;
            }
            before = after;
        }
        Assert.InRange(reused, 10, int.MaxValue);
        Assert.InRange(renewed, 10, int.MaxValue);

        Dictionary<string, CapturedModule> Remembered() => CaptureMemo.CaptureAll(test.Compilation, default).ToDictionary(m => m.Graph.Type);
    }
}
