using Shardwright.Capture.Tests.Advice.Communication;
namespace Shardwright.Capture.Tests.Advice;
public sealed class ScratchTests(ITestOutputHelper output)
{
    [Fact]
    public void Print()
    {
        var plain = new SparseModels();
        (string, SparseModels, string)[] models = [
            ("plain", plain, ""),
            ("128/64", plain with { Data = 128, Expert = 64, Experts = 64, Batch = 256 }, ""),
            ("128/128 large", plain with { Data = 128, Expert = 128, Experts = 128, Batch = 512, Width = 1024, Hidden = 512 }, ""),
            ("256/256 bf16", plain with { Data = 256, Expert = 256, Experts = 256, Batch = 512, Width = 1024, Hidden = 512, Attributes = ", Precision(NumberFormat.BFloat16)" }, ""),
            ("h100 64/64", plain with { Data = 64, Expert = 64, Experts = 64, Batch = 256, Width = 1024, Hidden = 1024, Attributes = ", Precision(NumberFormat.BFloat16)" }, "build_property.ShardwrightTarget = dgx-h100"),
            ("gathered", plain with { Expert = 8, Width = 1024, Dispatch = "(Dispatch = Dispatch.Gathered)" }, "build_property.ShardwrightTarget = dgx-h100"),
            ("placement data", plain with { Data = 128, Expert = 4, Experts = 64, Batch = 512, Width = 1024 }, "build_property.ShardwrightPlacement = data"),
            ("mb", plain with { Expert = 2, Attributes = ", Training(Optimizer.AdamW, MicroBatches = 4)" }, ""),
            ("two means", plain with { Loss = "Nn.Mean(Forward(x)) + Nn.Mean(x * x)" , Context = 16, Layers = 1}, ""),
            ("huge", plain with { Data = 32768, Expert = 8, Batch = 32768, Context = 16, Layers = 1 }, ""),
            ("trn3", plain with { Data = 64, Expert = 64, Experts = 64, Batch = 256, Width = 1024 }, "build_property.ShardwrightTarget = trn3.ultraserver64"),
        ];
        foreach (var (name, model, config) in models)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var (plan, findings) = AdviceVerify.Compile(model.ToString(), config);
            output.WriteLine($"== {name}: {plan.Estimate!.Summary.Picoseconds / 1e9:F3} ms, exposed {plan.Estimate.Clock.Exposed / 1e9:F3} ({watch.ElapsedMilliseconds} ms)");
            foreach (var f in findings)
                output.WriteLine($"   {f.Rule.Id} {f.Message} | fixes {string.Join(" / ", f.Fixes.Select(x => x.Title))}");
        }
        string loop = """
        [Model, Mesh(Data = 8)]
        public sealed partial class Looping
        {
            public const int Batch = 8, Context = 64, Width = 64, Layers = 4;
            public Repeated<Dense> Blocks { get; } = new(Layers, () => new(Width));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                var y = x;
                foreach (var block in Blocks)
                {
                    var scale = Nn.Mean(x);
                    y = block.Forward(y) * scale;
                }
                return y;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        [Module]
        public sealed class Dense(int width)
        {
            public Parameter Mix { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Mix);
        }
        """;
        var (p2, f2) = AdviceVerify.Compile(loop);
        output.WriteLine($"== loop {p2.Estimate!.Summary.Picoseconds / 1e9:F3}");
        foreach (var f in f2)
            output.WriteLine($"   {f.Rule.Id} {f.Message} | fixes {string.Join(" / ", f.Fixes.Select(x => x.Title))}");
    }
}
