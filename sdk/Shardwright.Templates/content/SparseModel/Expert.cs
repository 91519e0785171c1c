using System.Numerics.Tensors;
using Shardwright;

namespace Company.SparseModel1;

/// <summary>One expert: down(silu(gate(x)) · up(x)).</summary>
[Module]
public sealed class Expert(int width, int hidden) : IExpert
{
    public Parameter Gate { get; } = new(width, hidden);
    public Parameter Up { get; } = new(width, hidden);
    public Parameter Down { get; } = new(hidden, width);

    public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);
}
