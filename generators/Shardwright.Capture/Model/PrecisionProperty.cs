using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Model;

/// <summary>The build property <c>ShardwrightPrecision</c>: <c>BFloat16</c>, or <c>BFloat16 stochastic</c>. It overrides <c>[Precision]</c> on the model; modules and parameters keep their own.</summary>
public sealed record PrecisionProperty(PrecisionOption? Option, string? Error)
{
    public const string Property = "build_property.ShardwrightPrecision";

    /// <summary>What the property may say.</summary>
    public static readonly string Need = $"one of {string.Join(", ", Enum.GetNames(typeof(NumberFormat)))}, and 'stochastic' behind it if stored values are to be rounded so";

    /// <summary>Reads the property's text; <see cref="Error"/> says what is wrong with it, and then nothing is overridden.</summary>
    public static PrecisionProperty Parse(string? text)
    {
        string[] words = (text ?? "").Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return new(null, null);
        string? format = Array.Find(Enum.GetNames(typeof(NumberFormat)), name => string.Equals(name, words[0], StringComparison.OrdinalIgnoreCase));
        bool stochastic = words.Length == 2 && string.Equals(words[1], "stochastic", StringComparison.OrdinalIgnoreCase);
        return format is null || words.Length > 1 && !stochastic ? new(null, $"ShardwrightPrecision: '{text}'") : new(new(format, stochastic), null);
    }
}
