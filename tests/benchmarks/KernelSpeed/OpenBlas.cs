using System.Runtime.InteropServices;

namespace KernelSpeed;

/// <summary>The machine's own OpenBLAS on one thread, for comparison: row-major single-precision products.</summary>
public sealed unsafe class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101, AsItIs = 111, Transposed = 112;

    private static readonly string[] Overrides = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> sgemm;

    private OpenBlas(nint library)
    {
        sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
        string? Text(string export) => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, export))());
        Description = $"{Text("openblas_get_config")?.Trim()}, kernels {Text("openblas_get_corename")}, 1 thread";
    }

    public string Description { get; }

    /// <summary>The library, or null with the reason in words.</summary>
    public static OpenBlas? Load(out string? missing)
    {
        missing = null;
        // Variables that hold the library to an older processor's kernels would halve its speed here; left alone it chooses its best.
        foreach (string name in OperatingSystem.IsWindows() ? [] : Overrides)
            Unset(name);
        if (NativeLibrary.TryLoad(Library, out nint library) && NativeLibrary.TryGetExport(library, "openblas_set_num_threads", out _))
            return new OpenBlas(library);
        missing = $"{Library} was not found, so its columns stay empty (Debian: apt install libopenblas0-openmp)";
        return null;
    }

    // The library reads the process's own environment, which .NET's Environment does not change.
    [DllImport("libc", EntryPoint = "unsetenv", CharSet = CharSet.Ansi)]
    private static extern int Unset(string name);

    /// <summary>y[rows, columns] = x · w, with x [rows, inner] or its transpose in memory, w [inner, columns] or its transpose in memory.</summary>
    public void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> w, Span<float> y, int rows, int inner, int columns, bool transposeX = false, bool transposeW = false)
    {
        fixed (float* px = x, pw = w, py = y)
        {
            sgemm(RowMajor, transposeX ? Transposed : AsItIs, transposeW ? Transposed : AsItIs, rows, columns, inner, 1, px, transposeX ? rows : inner,
                pw, transposeW ? inner : columns, 0, py, columns);
        }
    }
}
