using System.Globalization;
using System.Text;

namespace Shardwright.Compiler.Emit;

/// <summary>Indented lines, always with <c>\n</c>.</summary>
public sealed class CodeWriter(int indent = 0)
{
    readonly StringBuilder text = new();
    int indent = indent;

    public void Line(string line = "")
    {
        if (line.Length > 0)
            text.Append(' ', 4 * indent).Append(line);
        text.Append('\n');
    }

    public void Open(string? header = null)
    {
        if (header is not null)
            Line(header);
        Line("{");
        indent++;
    }

    /// <summary>Opens a collection expression.</summary>
    public void Bracket()
    {
        Line("[");
        indent++;
    }

    public void Close(string end = "}")
    {
        indent--;
        Line(end);
    }

    /// <summary>Lines written elsewhere, without their own indentation.</summary>
    public void Lines(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Line(line);
    }

    public override string ToString() => text.ToString();

    /// <summary>A long number as people read it: <c>12_582_912</c>.</summary>
    public static string Grouped(long number) => number < 10_000 ? number.ToString(CultureInfo.InvariantCulture) : number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '_');

    /// <summary>Bytes as people read them: <c>0.5 MiB</c>.</summary>
    public static string Bytes(long bytes) => bytes >= 1 << 30 ? Format(bytes / (double)(1 << 30), "GiB")
        : bytes >= 100 << 10 ? Format(bytes / (double)(1 << 20), "MiB")
        : bytes >= 1 << 10 ? Format(bytes / 1024.0, "KiB") : bytes.ToString(CultureInfo.InvariantCulture) + " B";

    static string Format(double value, string unit) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.##", CultureInfo.InvariantCulture) + " " + unit;
}
