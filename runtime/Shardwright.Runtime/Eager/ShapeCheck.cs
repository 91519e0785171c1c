using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>Shape checks that several operations share.</summary>
internal static class ShapeCheck
{
    /// <summary>At least <paramref name="rank"/> dimensions.</summary>
    public static void Rank<T>(string operation, string name, Tensor<T> x, int rank, string layout)
    {
        if (x.Rank < rank)
            throw new ArgumentException($"{operation}: {name} {Dense.Shape(x)} has {x.Rank} dimension(s); need {layout}.", name);
    }

    /// <summary>Equal dimensions, apart from the last <paramref name="aOwn"/> of <paramref name="a"/> and the last <paramref name="bOwn"/> of <paramref name="b"/>.</summary>
    public static void SameLeading<TA, TB>(string operation, string aName, Tensor<TA> a, int aOwn, string bName, Tensor<TB> b, int bOwn)
    {
        var shapes = $"{operation}: {aName} {Dense.Shape(a)}, {bName} {Dense.Shape(b)}";
        if (a.Rank - aOwn != b.Rank - bOwn)
            throw new ArgumentException($"{shapes}: {bName} has {b.Rank} dimension(s); need {a.Rank - aOwn + bOwn}, for {aName} has {a.Rank}.", bName);
        for (var i = 0; i < a.Rank - aOwn; i++)
        {
            if (a.Lengths[i] != b.Lengths[i])
                throw new ArgumentException($"{shapes}: dimension {i} is {a.Lengths[i]} in {aName} and {b.Lengths[i]} in {bName}; need them equal.", bName);
        }
    }

    /// <summary>A vector as long as the last dimension of <paramref name="x"/>.</summary>
    public static void RowVector(string operation, Tensor<float> x, string name, Tensor<float> vector)
    {
        if (vector.Rank != 1 || vector.Lengths[0] != x.Lengths[^1])
            throw new ArgumentException(
                $"{operation}: x {Dense.Shape(x)}, {name} {Dense.Shape(vector)}: dimension {x.Rank - 1} of x is {x.Lengths[^1]}; need {name} [{x.Lengths[^1]}].", name);
    }

    /// <summary>Every index from 0 to <paramref name="limit"/> − 1.</summary>
    public static void InRange(string operation, string name, Tensor<int> indices, int limit, string what)
    {
        var flat = Dense.Read(indices);
        for (var i = 0; i < flat.Length; i++)
        {
            if ((uint)flat[i] >= (uint)limit)
                throw new ArgumentException($"{operation}: {name} {Dense.Shape(indices)}: element {i} (row-major) is {flat[i]}; need 0 to {limit - 1}, {what}.", name);
        }
    }
}
