namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    private static void RequireRows(string kernel, int rows, int columns)
    {
        Require.NotNegative(kernel, nameof(rows), rows);
        Require.Positive(kernel, nameof(columns), columns);
    }
}
