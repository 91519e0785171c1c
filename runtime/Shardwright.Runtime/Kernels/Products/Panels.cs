namespace Shardwright.Execution;

/// <summary>
/// One or several right operands of a product as the inner kernels read them: [matrix][panel of 64 columns][inner][64]. The last panel is as
/// narrow as its columns allow, in steps of 16, zero-padded. A view of memory that belongs to its maker, see <see cref="PackedWeights"/>.
/// </summary>
public readonly unsafe struct Panels
{
    private readonly float* more;
    private readonly nint first;

    internal Panels(float* data, int matrices, int inner, int columns)
        : this(data, matrices, null, matrices, inner, columns)
    {
    }

    private Panels(float* data, int first, float* more, int matrices, int inner, int columns)
    {
        Data = data;
        this.more = more;
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

    /// <summary>These matrices, then those of <paramref name="others"/>, which lie elsewhere.</summary>
    /// <exception cref="ArgumentException">The others have another size, or these are two lots already.</exception>
    public Panels Then(Panels others)
    {
        if (others.Inner != Inner || others.Columns != Columns || more != null || others.more != null)
            throw new ArgumentException($"Panels.Then: got matrices [{others.Inner}, {others.Columns}] behind [{Inner}, {Columns}]; need the same size, and one lot each.", nameof(others));
        return new(Data, Matrices, others.Data, Matrices + others.Matrices, Inner, Columns);
    }

    /// <summary>Floats that the panels of one [inner, columns] matrix take.</summary>
    internal static nint Size(nint inner, nint columns) => inner * Panel.Columns(columns);

    /// <summary>The panel with the columns from <paramref name="column"/>, a multiple of 64.</summary>
    internal float* At(nint matrix, nint column) => (matrix < first ? Data : more - (first * Size(Inner, Columns))) + (matrix * Size(Inner, Columns)) + (column * Inner);
}
