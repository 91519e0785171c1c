namespace Shardwright.Hardware;

/// <summary>A binary heap of ranks, largest key first, the lower rank where keys are equal. Its room is taken once.</summary>
internal sealed class RankHeap(int capacity)
{
    private readonly int[] ranks = new int[capacity], keys = new int[capacity];

    public int Count { get; private set; }

    /// <summary>The rank with the largest key.</summary>
    public int Top => ranks[0];

    /// <summary>Its key.</summary>
    public int TopKey => keys[0];

    public void Clear() => Count = 0;

    /// <summary>Adds a rank without keeping order; <see cref="Order"/> restores it.</summary>
    public void Add(int rank, int key)
    {
        (ranks[Count], keys[Count]) = (rank, key);
        Count++;
    }

    public void Order()
    {
        for (int i = Count / 2 - 1; i >= 0; i--)
            Down(i);
    }

    public void Push(int rank, int key)
    {
        int i = Count++;
        while (i > 0 && Before(key, rank, keys[(i - 1) / 2], ranks[(i - 1) / 2]))
        {
            (ranks[i], keys[i]) = (ranks[(i - 1) / 2], keys[(i - 1) / 2]);
            i = (i - 1) / 2;
        }
        (ranks[i], keys[i]) = (rank, key);
    }

    public void ReplaceTop(int key)
    {
        keys[0] = key;
        Down(0);
    }

    public void Pop()
    {
        Count--;
        (ranks[0], keys[0]) = (ranks[Count], keys[Count]);
        Down(0);
    }

    private void Down(int i)
    {
        int rank = ranks[i], key = keys[i];
        while (2 * i + 1 < Count)
        {
            int child = 2 * i + 1;
            if (child + 1 < Count && Before(keys[child + 1], ranks[child + 1], keys[child], ranks[child]))
                child++;
            if (!Before(keys[child], ranks[child], key, rank))
                break;
            (ranks[i], keys[i]) = (ranks[child], keys[child]);
            i = child;
        }
        (ranks[i], keys[i]) = (rank, key);
    }

    private static bool Before(int key, int rank, int otherKey, int otherRank) => key > otherKey || key == otherKey && rank < otherRank;
}
