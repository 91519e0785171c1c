namespace Shardwright.Hardware.Tests;

/// <summary>Memory of Korthikanti et al. (arXiv 2205.05198), figures 1 and 7. Nothing is fitted.</summary>
public class MemoryTablesTests(ITestOutputHelper output)
{
    /// <summary>The four models of the paper: layers, width, heads, micro-batch, stages and chunks of layers; tensor parallelism is 8.</summary>
    private static readonly Dictionary<string, (TransformerShape Shape, int MicroBatch, int Stages, int Chunks)> Models = new()
    {
        ["22B"] = (new(48, 6144, 64, 2048, 51_200), 4, 1, 1),
        ["175B"] = (new(96, 12_288, 96, 2048, 51_200), 1, 8, 3),
        ["530B"] = (new(105, 20_480, 128, 2048, 51_200), 1, 35, 3),
        ["1T"] = (new(128, 25_600, 160, 2048, 51_200), 1, 64, 1),
    };

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Figure1_ActivationsAndState_AreReproduced()
    {
        Errors activations = new("Korthikanti et al., figure 1: activations"), state = new("Korthikanti et al., figure 1: parameters and optimizer");
        foreach (var row in PublishedRow.Of("memory", "korthikanti_fig1_GiB"))
        {
            var (shape, microBatch, stages, chunks) = Models[row.Text("model")];
            bool none = row.Text("mode") == "none";
            double layer = TransformerMemory.LayerActivations(shape, microBatch, 8, none ? Recomputation.None : Recomputation.Selective, sequenceParallel: !none);
            activations.Add($"{row.Text("model")} {row.Text("mode")}", Gibibytes(TransformerMemory.FirstStageActivations(layer, shape.Layers, stages, chunks)), row.Number("act_measured"));
            state.Add($"{row.Text("model")} {row.Text("mode")}", Gibibytes(TransformerMemory.LayerState(shape, 8, stages)), row.Number("params_opt_measured"));
        }

        activations.Print(output);
        state.Print(output);
        Assert.True(activations.Mean <= 0.1, $"{activations.Mean}");
        Assert.True(state.Mean <= 0.1, $"{state.Mean}");
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Figure7_ActivationsByTechnique_AreReproduced()
    {
        var share = new Errors("Korthikanti et al., figure 7: activations of a layer, % of none");
        foreach (var row in PublishedRow.Of("memory", "korthikanti_fig7_pct_of_none"))
        {
            var (shape, microBatch, _, _) = Models[row.Text("model")];
            double none = Layer(Recomputation.None, false);
            share.Add($"{row.Text("model")} sequence parallel", 100 * Layer(Recomputation.None, true) / none, row.Number("seq_parallel"));
            share.Add($"{row.Text("model")} selective", 100 * Layer(Recomputation.Selective, false) / none, row.Number("selective"));
            share.Add($"{row.Text("model")} selective, sequence parallel", 100 * Layer(Recomputation.Selective, true) / none, row.Number("selective+SP"));
            share.Add($"{row.Text("model")} full", 100 * Layer(Recomputation.Full, false) / none, row.Number("full"));

            double Layer(Recomputation recomputation, bool sequenceParallel) => TransformerMemory.LayerActivations(shape, microBatch, 8, recomputation, sequenceParallel);
        }

        share.Print(output);
        Assert.True(share.Mean <= 1, $"{share.Mean}");
    }

    private static double Gibibytes(double bytes) => bytes / (1L << 30);
}
