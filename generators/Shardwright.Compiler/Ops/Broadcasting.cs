using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Ops;

/// <summary>NumPy's rule: shapes aligned at the right, a dimension of 1 (or absent) repeats.</summary>
public static class Broadcasting
{
    /// <summary>The result's shape, or null when the shapes do not fit.</summary>
    public static EquatableArray<int>? Result(TensorType a, TensorType b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        var shape = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int p = i <= a.Rank ? a.Shape[a.Rank - i] : 1, q = i <= b.Rank ? b.Shape[b.Rank - i] : 1;
            if (p != q && p != 1 && q != 1)
                return null;
            shape[rank - i] = Math.Max(p, q);
        }
        return new(shape);
    }

    public static string Explain(TensorType a, TensorType b)
    {
        for (int i = 1; i <= Math.Min(a.Rank, b.Rank); i++)
        {
            int p = a.Shape[a.Rank - i], q = b.Shape[b.Rank - i];
            if (p != q && p != 1 && q != 1)
                return $"dimension {i} from the right is {p} on the left and {q} on the right: make them equal, or one of them 1";
        }
        return "the shapes fit";
    }

    /// <summary>
    /// The broadcast operand's index for element i of the full tensor is (i ÷ repeat) mod length. Its non-unit dimensions must be neighbours; otherwise repeat is 0.
    /// </summary>
    public static (int Repeat, int Length) Period(IReadOnlyList<int> full, IReadOnlyList<int> other)
    {
        int offset = full.Count - other.Count, length = other.Aggregate(1, (p, s) => p * s);
        int last = -1, first = full.Count;
        for (int i = 0; i < other.Count; i++)
            if (other[i] != 1)
            {
                last = i + offset;
                first = Math.Min(first, i + offset);
            }
        int repeat = full.Skip(last + 1).Aggregate(1, (p, s) => p * s);
        if (last < 0)
            return (1, 1);
        for (int i = first; i <= last; i++)
            if (full[i] != other[i - offset])
                return (0, length);
        return (repeat, length);
    }
}
