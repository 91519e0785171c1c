namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Row-major numbers in double precision; integers too, exactly.</summary>
internal sealed record DoubleTensor(int[] Shape, double[] Data)
{
    public DoubleTensor(IEnumerable<int> shape) : this([.. shape], new double[Count(shape)])
    {
    }

    public static DoubleTensor Scalar(double value) => new([], [value]);

    public int Last => Shape.Length == 0 ? 1 : Shape[^1];

    /// <summary>All dimensions but the last.</summary>
    public int Rows => Data.Length / Last;

    public Span<double> Row(int row) => Data.AsSpan(row * Last, Last);

    public DoubleTensor Map(Func<double, double> f) => new(Shape, Array.ConvertAll(Data, x => f(x)));

    public DoubleTensor Zip(DoubleTensor other, Func<double, double, double> f) => new(Shape, [.. Data.Zip(other.Data, f)]);

    public DoubleTensor WithLast(int last) => new(Shape.SkipLast(1).Append(last));

    public static int Count(IEnumerable<int> shape) => shape.Aggregate(1, (product, size) => product * size);
}
