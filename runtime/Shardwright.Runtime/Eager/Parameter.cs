using System.ComponentModel;
using System.Diagnostics;
using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>
/// A trained tensor of a model, as a handle: constructing it allocates no weights. Storage appears when <see cref="Value"/> is first read, filled by a counter-based
/// generator from (<see cref="Seed"/>, <see cref="Path"/>, element index), so the order in which parameters are first used does not matter.
/// It converts implicitly to <see cref="Tensor{T}"/> and takes part in <c>+ - * /</c> with tensors and numbers.
/// </summary>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class Parameter
{
    private readonly TensorShape shape;
    private readonly Initial initial;
    private readonly Master master = new();
    private Tensor<float>? value;

    /// <summary>Describes a tensor of the given shape.</summary>
    /// <param name="shape">One or more dimensions, each at least 1.</param>
    /// <exception cref="ArgumentException">There is no dimension, or one is below 1.</exception>
    public Parameter(params ReadOnlySpan<int> shape) => this.shape = new TensorShape(nameof(Parameter), shape);

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<int> Shape => shape.Dimensions;

    /// <summary>The number of elements; more than an array can hold is fine as long as <see cref="Value"/> is not read.</summary>
    public long Length => shape.Length;

    /// <summary>The initial value. Unless set: zero for rank 1, else normal with standard deviation 1 / √(first dimension), the fan-in of <c>x · W</c>.</summary>
    public Initial Initial
    {
        get => initial.Resolve(Shape);
        init => initial = value;
    }

    /// <summary>Where the parameter sits in its model, e.g. <c>Blocks[3].Experts[7].Gate</c>; null until its model named it. Unnamed parameters draw from the path "".</summary>
    public string? Path { get; private set; }

    /// <summary>The seed of the initial value.</summary>
    public ulong Seed { get; private set; }

    /// <summary>
    /// The format that eager products with this parameter round both operands to, whatever <see cref="Numerics"/> says; null follows that. Generated code sets it from
    /// <see cref="PrecisionAttribute"/>. The parameter itself stays float32.
    /// </summary>
    public NumberFormat? Precision
    {
        get => master.Precision;
        set => master.Precision = value;
    }

    /// <summary>Whether <see cref="Value"/> has storage.</summary>
    public bool IsMaterialized => value is not null;

    /// <summary>The tensor, created with its initial value when first read. Setting it keeps the given tensor itself, not a copy.</summary>
    /// <exception cref="ArgumentException">The tensor that is set has another shape.</exception>
    /// <exception cref="InvalidOperationException">The parameter is read and has more elements than one array can hold.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)] // a debugger that shows a model must not allocate its weights
    public Tensor<float> Value
    {
        get => value ??= Materialize();
        set => this.value = master.Mark(shape.Require(value, $"Parameter {Path}"));
    }

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private string DebuggerText => $"{Path ?? "unnamed"} {shape}{(IsMaterialized ? "" : " not materialized")}";

    /// <summary>The parameter's tensor.</summary>
    public static implicit operator Tensor<float>(Parameter parameter) => parameter.Value;

    /// <summary>Tells the parameter its place in the model and the seed: called by generated code. A value that already has storage stays as it is.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Name(string path, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(path);
        (Path, Seed) = (path, seed);
    }

    /// <summary>Writes the initial value without creating storage.</summary>
    /// <param name="destination"><see cref="Length"/> elements, row-major.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void WriteInitial(Span<float> destination)
    {
        if (destination.Length != Length)
            throw new ArgumentException($"Parameter {Path}: WriteInitial got {destination.Length} elements; need {Length}, the product of {shape}.", nameof(destination));
        Initial.Fill(destination, Seed, Path ?? "");
    }

    private Tensor<float> Materialize()
    {
        var elements = shape.Allocate($"Parameter {Path}");
        WriteInitial(elements);
        return master.Mark(shape.Wrap(elements));
    }
}
