namespace Shardwright.Execution;

/// <summary>Every expert gets as many copies as any other, ± 1, of each rank and of all: token t goes to experts t·k, t·k + 1, … modulo their number.</summary>
internal sealed class ForcedBalance : RoutingSource
{
    public override void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k)
    {
        int expert = (int)((long)where.FirstToken * k % expertCount);
        for (int copy = 0; copy < rows * k; copy++)
        {
            experts[copy] = expert;
            expert = expert + 1 == expertCount ? 0 : expert + 1;
        }
    }
}
