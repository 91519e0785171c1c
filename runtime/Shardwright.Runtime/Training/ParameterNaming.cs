using System.ComponentModel;

namespace Shardwright.Execution;

/// <summary>Tells every parameter of a model its path and seed, from which its initial value follows. Allocates no weights.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ParameterNaming(ulong seed) : IParameterVisitor
{
    /// <inheritdoc/>
    public void Visit(int slot, int instance, int expert, string path, Parameter parameter) => parameter.Name(path, seed);

    /// <inheritdoc/>
    public void Visit(int slot, int instance, int expert, string path, State state) => state.Name(path);
}
