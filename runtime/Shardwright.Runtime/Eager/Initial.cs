namespace Shardwright;

/// <summary>
/// What a parameter holds before the first step: a function of (seed, path, element index) alone, hence the same on every mesh and in every order of creation.
/// The <c>default</c> value means "by shape", see <see cref="Parameter.Initial"/>.
/// </summary>
public readonly record struct Initial
{
    private readonly Kind kind;
    private readonly float value;

    private Initial(Kind kind, float value)
    {
        this.kind = kind;
        this.value = value;
    }

    private enum Kind
    {
        ByShape,
        Constant,
        Normal,
        Uniform,
    }

    /// <summary>Every element 1.</summary>
    public static Initial One => Constant(1);

    /// <summary>Every element 0.</summary>
    public static Initial Zero => Constant(0);

    /// <summary>Every element <paramref name="value"/>.</summary>
    public static Initial Constant(float value) => new(Kind.Constant, value);

    /// <summary>Normal with mean 0 and the given standard deviation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is negative or not finite.</exception>
    public static Initial Normal(float standardDeviation) => new(Kind.Normal, Finite(standardDeviation, nameof(standardDeviation)));

    /// <summary>Uniform in [−bound, bound).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or not finite.</exception>
    public static Initial Uniform(float bound) => new(Kind.Uniform, Finite(bound, nameof(bound)));

    /// <summary>Writes elements 0, 1, … of the stream (<paramref name="seed"/>, <paramref name="path"/>).</summary>
    /// <exception cref="InvalidOperationException">This is the <c>default</c> value, which needs a shape: read it from <see cref="Parameter.Initial"/>.</exception>
    public void Fill(Span<float> destination, ulong seed, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        switch (kind)
        {
            case Kind.Constant:
                destination.Fill(value);
                break;
            case Kind.Normal:
                CounterRandom.FillNormal(destination, CounterRandom.Key(seed, path));
                foreach (ref var element in destination)
                    element *= value;
                break;
            case Kind.Uniform:
                CounterRandom.FillUniform(destination, CounterRandom.Key(seed, path));
                foreach (ref var element in destination)
                    element = (2 * element - 1) * value;
                break;
            default:
                throw new InvalidOperationException(
                    "Initial.Fill: default(Initial) is chosen by a parameter's shape and has none here. Use Parameter.Initial, or Initial.Normal, Uniform, Constant.");
        }
    }

    internal Initial Resolve(ReadOnlySpan<int> shape) => kind != Kind.ByShape ? this : shape.Length == 1 ? Zero : Normal(1 / MathF.Sqrt(shape[0]));

    private static float Finite(float value, string name) =>
        float.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"Initial: {name} is {value}; need a finite number of at least 0.");
}
