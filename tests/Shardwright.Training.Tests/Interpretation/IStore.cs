using Shardwright.Compiler.Graph;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Where a program's values are kept while it runs.</summary>
internal interface IStore
{
    /// <summary>Stores a value in the running iteration.</summary>
    void Write(Value value, DoubleTensor tensor);

    /// <summary>A value of the running iteration. Inside the loop over experts, routed rows are the running expert's; outside, all experts' in order.</summary>
    DoubleTensor Read(Value value);

    /// <summary>A value's tensors of all iterations, in order.</summary>
    IEnumerable<DoubleTensor> ReadAll(Value value);
}
