using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Passes;

/// <summary>What a layer of experts is made of, for those who time it: its products are taken as three matrices of width × hidden.</summary>
public static class ExpertSizes
{
    /// <summary>Elements of a row, and hidden elements of an expert; null without products.</summary>
    /// <param name="experts">The forward pass of the experts.</param>
    public static (int Width, int Hidden, NumberFormat Format)? Of(Region experts)
    {
        var products = experts.Nodes.Where(n => n.Op is MatMul).ToList();
        if (products.Count == 0)
            return null;
        int width = products[0].Input(0).Type.Last;
        long weights = products.Select(n => n.Input(1).Storage.Parameter!).Distinct().Sum(p => p.Elements);
        return (width, (int)Math.Max(1, weights / (3L * width)), products[0].Precision.Format);
    }

    /// <summary>The layer of a rank's tokens.</summary>
    public static ExpertLayerShape? Of(Region experts, ExpertSite site, int tokens) =>
        Of(experts) is var (width, hidden, format) ? new ExpertLayerShape(width, hidden, site.TopK, tokens).In(new Precision(format).Operands) : null;
}
