using System.Text.RegularExpressions;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>What the plan keeps, against closed forms and the liveness lower bound.</summary>
public sealed partial class MemoryPlanTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(8, 2)]
    public void PersistentBytes_OfTheSample_AreFourCopiesOfTheParameters(int data, int expert)
    {
        const long Vocab = 256, Width = 256, Hidden = 512, Layers = 4, Experts = 8;
        long block = Width                                      // attention norm
            + 4 * Width * Width                                 // query, key, value, output
            + Width                                             // expert norm
            + Width * Experts                                   // router
            + Experts / expert * 3 * Width * Hidden;            // gate, up, down of this rank's experts
        long parameters = Vocab * Width + Width + Layers * block;

        // Weights, gradients and AdamW's two moments, 4 bytes each. All blocks are multiples of 64 bytes.
        Assert.Equal(4 * 4 * parameters, CompiledPlan.Of("SparseLanguageModel", (data, expert)).PersistentBytes);
    }

    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 4)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("GroupedQuery", 4, 4)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 2, 2)]
    public void PersistentBytes_AreFourCopiesOfEveryParameterBlock_RoundedTo64(string model, int data, int expert)
    {
        // A block holds a parameter of all layers and of this rank's experts: every index of a path becomes a star. The eager object, not the generator, says what there is.
        object eager = model switch { "Sample" => new Models.Sample.Sample(), "GroupedQuery" => new Models.GroupedQuery.GroupedQuery(), _ => new Models.TwoSizes.TwoSizes() };
        long bytes = ModelParameters.Of(eager).GroupBy(p => Index().Replace(p.Path, "[*]")).Sum(block =>
        {
            long elements = block.Sum(p => p.Parameter.Shape.ToArray().Aggregate(1L, (a, b) => a * b));
            bool isExpert = block.Key.Contains("Experts[*]", StringComparison.Ordinal) || block.Key.Contains("Specialists[*]", StringComparison.Ordinal);
            return (4 * elements / (isExpert ? expert : 1) + 63) / 64 * 64;
        });

        Assert.Equal(4 * bytes, CompiledPlan.Of(model, (data, expert)).PersistentBytes);
    }

    [Theory]
    [InlineData("SparseLanguageModel", 1, 1)]
    [InlineData("SparseLanguageModel", 4, 4)]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 4)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("GroupedQuery", 4, 4)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 2, 2)]
    public void NonPersistentBytes_AreWithinTwoPercentOfTheLivenessBound(string model, int data, int expert)
    {
        var plan = CompiledPlan.Of(model, (data, expert));
        double ratio = (plan.BalancedPeakBytes - plan.PersistentBytes) / (double)plan.LiveLowerBoundBytes;
        Assert.InRange(ratio, 1.0, 1.02);
    }

    /// <summary>What a layer of the sample keeps from forward to backward, tensor by tensor.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    public void SavedBytes_OfTheSample_EqualTheListDerivedByHand(int data, int expert)
    {
        const int Width = 256, Hidden = 512, Heads = 4, Experts = 8, TopK = 2, Layers = 4, Batch = 8, Context = 128;
        int localTokens = Batch * Context / data;

        // Columns a token and layer, all of 4 bytes:
        int columns = Width     // x, the block's input: RmsNorm's backward
            + 1                 // its inverse root mean square
            + Width             // h: the weight gradients of query, key and value
            + 3 * Width         // query and key after Rope, and value: attention's backward
            + Width             // attended: attention's backward, and the weight gradient of output
            + Heads             // attention's log-sum-exp
            + Width             // x after attention: the second RmsNorm's backward
            + 1                 // its inverse root mean square
            + Width             // h: the router's weight gradient
            + Experts           // the router's logits
            + Experts           // their softmax: the balance loss's backward
            + TopK              // the chosen experts
            + TopK              // their gates
            + TopK              // slots in the send buffer
            + TopK * Width;     // what the experts returned: the gates' gradient
        // Columns a routed row and layer:
        int routed = Width      // what the expert received: the weight gradients of gate and up
            + Hidden            // x · gate: the gradients of the gated product
            + Hidden            // x · up: the same
            + Hidden;           // silu(x · gate) · (x · up): the weight gradient of down
        // A layer also keeps the global routing counts [sequences, experts] and its router statistics [experts + 1]; and the block list has one more x, its result.
        long layer = 4L * (localTokens * columns + Batch * Experts + Experts + 1);

        var plan = CompiledPlan.Of("SparseLanguageModel", (data, expert));
        Assert.Equal(Layers * layer + 4L * localTokens * Width, plan.Buffers.Where(b => b.Class == "saved").Sum(b => b.Bytes));
        var site = Assert.Single(plan.Experts);
        Assert.Equal(4 * routed, site.SavedBytesPerRow);
        // Saved bytes a token at balanced routing: 4 layers of 2588 + 2 · 1792 columns.
        Assert.Equal(Layers * 4 * (2588 + 2 * 1792), Layers * (4 * columns + TopK * site.SavedBytesPerRow));
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
