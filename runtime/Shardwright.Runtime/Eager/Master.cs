using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Shardwright;

/// <summary>
/// What marks a tensor as the float32 original of a <see cref="Parameter"/> or a <see cref="State"/>. Such a tensor is read as it is: only products round it, to the
/// parameter's own precision or the ambient one.
/// </summary>
internal sealed class Master
{
    // A handle converts to its tensor before an operation sees it, so the mark hangs on the tensor.
    private static readonly ConditionalWeakTable<Tensor<float>, Master> Marks = [];

    public NumberFormat? Precision { get; set; }

    public static Master? Of(Tensor<float> tensor) => Marks.TryGetValue(tensor, out var master) ? master : null;

    public Tensor<float> Mark(Tensor<float> tensor)
    {
        Marks.AddOrUpdate(tensor, this);
        return tensor;
    }
}
