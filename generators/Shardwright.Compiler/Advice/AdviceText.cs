using System.Globalization;
using Shardwright.Compiler.Emit;

namespace Shardwright.Compiler.Advice;

/// <summary>Numbers as messages show them: three digits, whatever the culture.</summary>
public static class AdviceText
{
    public static string Duration(long picoseconds) => StatementPrinter.Duration(picoseconds);

    public static string Bytes(long bytes) => CodeWriter.Bytes(bytes);

    public static string Percent(double share) => Number(share * 100) + " %";

    public static string Number(double value) => Math.Abs(value) >= 1000 && Math.Abs(value) < 1e15
        ? Math.Round(value).ToString("N0", CultureInfo.InvariantCulture) : value.ToString("G3", CultureInfo.InvariantCulture);
}
