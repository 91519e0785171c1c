using System.Globalization;
using Shardwright.Compiler;

namespace Shardwright.Capture.Model;

/// <summary>The build property <c>ShardwrightMesh</c>: <c>data=4 expert=2</c>, separated by spaces or semicolons. It overrides <c>[Mesh]</c>.</summary>
public sealed record MeshOption(CompilerOptions Options, string? Error)
{
    public const string Property = "build_property.ShardwrightMesh";

    /// <summary>Reads the property's text; <see cref="Error"/> says what is wrong with it, and then nothing is overridden.</summary>
    public static MeshOption Parse(string? text)
    {
        int? data = null, expert = null;
        foreach (var item in (text ?? "").Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = item.Split('=');
            if (pair.Length != 2 || !int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size < 1)
                return Wrong(item);
            switch (pair[0].ToLowerInvariant())
            {
                case "data" when data is null:
                    data = size;
                    break;
                case "expert" when expert is null:
                    expert = size;
                    break;
                default:
                    return Wrong(item);
            }
        }
        return new(new(data, expert), null);
    }

    static MeshOption Wrong(string item) => new(new(null, null), $"ShardwrightMesh: '{item}'");
}
