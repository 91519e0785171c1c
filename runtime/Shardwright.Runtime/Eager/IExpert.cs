using System.Numerics.Tensors;

namespace Shardwright;

/// <summary>An expert of an <see cref="ExpertGroup{T}"/>.</summary>
public interface IExpert
{
    /// <summary>
    /// Maps the rows routed to this expert, [rows, width], to [rows, any width]. It must work row by row: which tokens share a call depends on
    /// routing and on the mesh, so an operation across rows would change meaning with either.
    /// </summary>
    Tensor<float> Forward(Tensor<float> x);
}
