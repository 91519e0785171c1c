using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Cost;

/// <summary>A value as reports show it: name, shape of the whole tensor, sharding, format: <c>h [512, 256] · Data, bf16</c>.</summary>
public static class ValueText
{
    public static string Of(Value value, DeviceMesh mesh)
    {
        var parameter = value.Storage.Parameter;
        // How many rows reach an expert is known only at run time.
        string shape = value.Type.Rows == RowKind.Routed ? $"[{string.Join(", ", value.Type.Shape.Skip(1).Select(size => size.ToString(System.Globalization.CultureInfo.InvariantCulture)).Prepend("rows"))}]" : value.Type.ToString();
        string sharding = value.Sharding.Describe(mesh);
        return $"{parameter?.Path ?? value.Name} {shape}{(sharding.Length > 0 ? " · " + sharding : "")}, {Format(value)}";
    }

    static string Format(Value value) => value.Type.Element == ElementType.Int32 ? "int32" : value.Format == NumberFormat.BFloat16 ? "bf16" : "fp32";
}
