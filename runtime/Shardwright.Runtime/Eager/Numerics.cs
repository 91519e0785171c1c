namespace Shardwright;

/// <summary>
/// The format that eager operations compute in, from <see cref="Use"/> to <see cref="Dispose"/> in this flow of control:
/// <c>using (Numerics.Use(NumberFormat.BFloat16)) model.Forward(tokens);</c> Every <see cref="Nn"/> operation and <see cref="ExpertGroup{T}"/> then rounds where the
/// generated program does, to nearest: products their operands to the format, everything else its inputs and results to bf16. Inputs too, because the operators of
/// <c>Tensor</c> itself cannot be made to round their results. Weights, losses and what an operation sums inside stay float32.
/// </summary>
public sealed class Numerics : IDisposable
{
    private static readonly AsyncLocal<Numerics?> Ambient = new();
    private readonly NumberFormat format;
    private readonly Numerics? outer;

    private Numerics(NumberFormat format, Numerics? outer) => (this.format, this.outer) = (format, outer);

    /// <summary>The format in force; Float32, which rounds nothing, unless <see cref="Use"/> said otherwise.</summary>
    public static NumberFormat Format => Ambient.Value?.format ?? NumberFormat.Float32;

    /// <summary>Puts a format in force. Inside another use it replaces that until it is disposed of.</summary>
    public static Numerics Use(NumberFormat format) => Ambient.Value = new Numerics(format, Ambient.Value);

    /// <summary>Puts the format in force that was before.</summary>
    public void Dispose()
    {
        if (Ambient.Value == this)
            Ambient.Value = outer;
    }
}
