using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>Recognises attention written out: softmax of products [.., positions, positions].</summary>
internal static class AttentionScores
{
    /// <summary>Whether a value is a batched product of equal last dimensions, scaled and masked or not, or the softmax of one.</summary>
    public static bool IsScores(Value value) => value.Type is { Rank: >= 3, Rows: RowKind.Sequence } type && type.Last == type.Shape[type.Rank - 2] && type.Last > 1 && value.Producer is { } producer && producer.Op switch
    {
        BatchMatMul => true,
        Softmax or Elementwise or Scale or Shift => producer.Inputs.Any(IsScores),
        _ => false,
    };
}
