using System.Diagnostics.CodeAnalysis;

namespace Shardwright.Execution;

/// <summary>Size checks at the entry of kernels.</summary>
internal static class Require
{
    public static void Length(string kernel, string argument, int got, long need)
    {
        if (got != need)
            ThrowLength(kernel, argument, got, need);
    }

    public static void NotNegative(string kernel, string argument, int got)
    {
        if (got < 0)
            ThrowSize(kernel, argument, got, "at least 0");
    }

    public static void Positive(string kernel, string argument, int got)
    {
        if (got < 1)
            ThrowSize(kernel, argument, got, "at least 1");
    }

    public static void That([DoesNotReturnIf(false)] bool condition, string kernel, string argument, string got, string need)
    {
        if (!condition)
            throw new ArgumentException($"Kernels.{kernel}: {argument} is {got}; need {need}.", argument);
    }

    [DoesNotReturn]
    private static void ThrowLength(string kernel, string argument, int got, long need)
        => throw new ArgumentException($"Kernels.{kernel}: {argument} has {got} elements; need {need}.", argument);

    [DoesNotReturn]
    private static void ThrowSize(string kernel, string argument, int got, string need)
        => throw new ArgumentException($"Kernels.{kernel}: {argument} is {got}; need {need}.", argument);
}
