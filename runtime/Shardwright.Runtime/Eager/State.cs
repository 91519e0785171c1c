using System.ComponentModel;
using System.Diagnostics;
using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>
/// A tensor that persists from step to step and has no gradient, e.g. a router's bias. A handle like <see cref="Parameter"/>: zeros, with storage from the first use on.
/// Mark the property with <see cref="StateAttribute"/>.
/// </summary>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class State
{
    private readonly TensorShape shape;
    private readonly Master master = new();
    private Tensor<float>? value;

    /// <summary>Describes a tensor of the given shape.</summary>
    /// <param name="shape">One or more dimensions, each at least 1.</param>
    /// <exception cref="ArgumentException">There is no dimension, or one is below 1.</exception>
    public State(params ReadOnlySpan<int> shape) => this.shape = new TensorShape(nameof(State), shape);

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<int> Shape => shape.Dimensions;

    /// <summary>The number of elements.</summary>
    public long Length => shape.Length;

    /// <summary>Where the state sits in its model; null until its model named it.</summary>
    public string? Path { get; private set; }

    /// <summary>Whether <see cref="Value"/> has storage.</summary>
    public bool IsMaterialized => value is not null;

    /// <summary>The tensor, zeros when first read. Setting it keeps the given tensor itself, not a copy.</summary>
    /// <exception cref="ArgumentException">The tensor that is set has another shape.</exception>
    /// <exception cref="InvalidOperationException">The state is read and has more elements than one array can hold.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public Tensor<float> Value
    {
        get => value ??= master.Mark(shape.Wrap(shape.Allocate($"State {Path}")));
        set => this.value = master.Mark(shape.Require(value, $"State {Path}"));
    }

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private string DebuggerText => $"{Path ?? "unnamed"} {shape}{(IsMaterialized ? "" : " not materialized")}";

    /// <summary>The state's tensor.</summary>
    public static implicit operator Tensor<float>(State state) => state.Value;

    /// <summary>Tells the state its place in the model: called by generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Name(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Path = path;
    }
}
