namespace Shardwright.Hardware;

/// <summary>
/// A binary heap of ranks, largest key first, the lower rank where keys are equal. Its room is taken once. Key and rank are one number, so that one comparison orders both, and behind the last item stands one that is smaller than all: whether a right child
/// exists is not asked. The searches of planners spend most of their time here, half of it in wrongly predicted branches otherwise.
/// </summary>
internal sealed class RankHeap(int capacity)
{
    private readonly long[] items = new long[capacity + 2];

    public int Count { get; private set; }

    /// <summary>The rank with the largest key.</summary>
    public int Top => ~(int)items[0];

    /// <summary>Its key.</summary>
    public int TopKey => (int)(items[0] >> 32);

    public void Clear() => Count = 0;

    /// <summary>Adds a rank without keeping order; <see cref="Order"/> restores it.</summary>
    public void Add(int rank, int key) => items[Count++] = Item(rank, key);

    public void Order()
    {
        items[Count] = long.MinValue;
        for (int i = Count / 2 - 1; i >= 0; i--)
            Down(i, items[i]);
    }

    public void Push(int rank, int key)
    {
        long item = Item(rank, key);
        int i = Count++;
        items[Count] = long.MinValue;
        for (; i > 0 && items[(i - 1) / 2] < item; i = (i - 1) / 2)
            items[i] = items[(i - 1) / 2];
        items[i] = item;
    }

    public void ReplaceTop(int key) => Down(0, Item(Top, key));

    public void Pop()
    {
        long last = items[--Count];
        items[Count] = long.MinValue;
        if (Count > 0)
            Down(0, last);
    }

    private void Down(int i, long item)
    {
        long[] heap = items;
        for (int child = 2 * i + 1; child < Count; child = 2 * i + 1)
        {
            child += heap[child + 1] > heap[child] ? 1 : 0;
            if (heap[child] < item)
                break;
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = item;
    }

    private static long Item(int rank, int key) => (long)key << 32 | (uint)~rank;
}
