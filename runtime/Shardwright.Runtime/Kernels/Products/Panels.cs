namespace Shardwright.Execution;

/// <summary>
/// One or several right operands of a product as the inner kernels read them: [matrix][panel of 64 columns][inner][64]. The last panel is as
/// narrow as its columns allow, in steps of 16, zero-padded. A view of memory that belongs to its maker, see <see cref="PackedWeights"/>.
/// </summary>
public readonly unsafe struct Panels
{
    private readonly float** scattered;
    private readonly nint first;

    internal Panels(float* data, int matrices, int inner, int columns)
        : this(data, matrices, null, matrices, inner, columns)
    {
    }

    /// <summary>Matrices that each lie somewhere else.</summary>
    internal Panels(float** scattered, int matrices, int inner, int columns)
        : this(null, 0, scattered, matrices, inner, columns)
    {
    }

    private Panels(float* data, int first, float** scattered, int matrices, int inner, int columns)
    {
        Data = data;
        this.scattered = scattered;
        this.first = first;
        Matrices = matrices;
        Inner = inner;
        Columns = columns;
    }

    /// <summary>Rows of a matrix: the dimension that a product sums over.</summary>
    public int Inner { get; }

    /// <summary>Columns of a matrix.</summary>
    public int Columns { get; }

    /// <summary>Number of matrices.</summary>
    public int Matrices { get; }

    internal float* Data { get; }

    /// <summary>These matrices, then those of <paramref name="others"/>, which are replicas' and lie one here, one there.</summary>
    /// <exception cref="ArgumentException">The others have another size, or are no replicas', or these have some already.</exception>
    public Panels Then(Panels others)
    {
        if (others.Inner != Inner || others.Columns != Columns || scattered != null || others.Data != null)
            throw new ArgumentException($"Panels.Then: got matrices [{others.Inner}, {others.Columns}] behind [{Inner}, {Columns}]; need the same size, and replicas behind a rank's own.", nameof(others));
        return new(Data, Matrices, others.scattered, Matrices + others.Matrices, Inner, Columns);
    }

    /// <summary>Floats that the panels of one [inner, columns] matrix take.</summary>
    internal static nint Size(nint inner, nint columns) => inner * Panel.Columns(columns);

    /// <summary>The panel with the columns from <paramref name="column"/>, a multiple of 64.</summary>
    internal float* At(nint matrix, nint column) => (matrix < first ? Data + (matrix * Size(Inner, Columns)) : scattered[matrix - first]) + (column * Inner);
}
