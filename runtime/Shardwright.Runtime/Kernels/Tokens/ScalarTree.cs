using System.Numerics;

namespace Shardwright.Execution;

/// <summary>The halving rule over sequences for a single number; see <see cref="SequenceTree"/>.</summary>
internal unsafe struct ScalarTree(int leaves)
{
    private readonly int odd = leaves == 0 ? 1 : leaves >> BitOperations.TrailingZeroCount(leaves);
    private fixed float levels[33];
    private int leaf;
    private int depth;

    /// <summary>The sum of all leaves; +0 when there are none.</summary>
    public readonly float Root => levels[0] + 0f;

    /// <summary>Takes the fold of the next sequence.</summary>
    public void Push(float value)
    {
        if (leaf % odd == 0)
            levels[depth++] = value;
        else
            levels[depth - 1] += value;
        leaf++;
        if (leaf % odd != 0)
            return;
        for (var merges = BitOperations.TrailingZeroCount(leaf / odd); merges > 0; merges--)
        {
            levels[depth - 2] += levels[depth - 1];
            depth--;
        }
    }
}
