namespace Shardwright.Execution;

/// <summary>The trainer's copy of one bound input, [micro-batches, shape], grown when first seen and then reused.</summary>
internal sealed class InputBuffer(InputSlot slot)
{
    private float[] floats = [];
    private int[] integers = [];

    public InputSlot Slot => slot;

    /// <summary>Elements bound for the next run; −1 when nothing is bound.</summary>
    public int Bound { get; set; } = -1;

    public void Bind(ReadOnlySpan<float> values)
    {
        RequireKind(integer: false);
        if (floats.Length < values.Length)
            floats = GC.AllocateUninitializedArray<float>(values.Length);
        values.CopyTo(floats);
        Bound = values.Length;
    }

    public void Bind(ReadOnlySpan<int> values)
    {
        RequireKind(integer: true);
        if (integers.Length < values.Length)
            integers = GC.AllocateUninitializedArray<int>(values.Length);
        values.CopyTo(integers);
        Bound = values.Length;
    }

    public ReadOnlySpan<float> Floats(int microBatch, int rank, int ranks)
    {
        RequireKind(integer: false);
        var (start, length) = Rows(microBatch, rank, ranks);
        return floats.AsSpan(start, length);
    }

    public ReadOnlySpan<int> Integers(int microBatch, int rank, int ranks)
    {
        RequireKind(integer: true);
        var (start, length) = Rows(microBatch, rank, ranks);
        return integers.AsSpan(start, length);
    }

    private (int Start, int Length) Rows(int microBatch, int rank, int ranks)
    {
        int length = slot.Sharded ? slot.Elements / ranks : slot.Elements;
        return (microBatch * slot.Elements + (slot.Sharded ? rank * length : 0), length);
    }

    private void RequireKind(bool integer)
    {
        if (slot.IsInteger != integer)
            throw new ArgumentException($"Input {slot.Name} is {(slot.IsInteger ? "int32" : "float32")}; got {(integer ? "int32" : "float32")}.");
    }
}
