using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Graph;

/// <summary>
/// An operation: its shape rule, sharding rule, gradient rule, storage rule, cost rule and how it prints, all in one file of <c>Ops/</c>. Its kernel and its eager form live in the runtime under the same name.
/// </summary>
public abstract record Op
{
    /// <summary>How messages name it, e.g. <c>Nn.MatMul</c>.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Sets the outputs' types from the inputs', or reports what does not fit and where.</summary>
    public abstract void InferShapes(Node node, ShapeReport report);

    /// <summary>
    /// The sharding of an output where the general rule does not give it. The rule: the row factor of the inputs goes to an output that has it; an output without it sums over it, hence is
    /// partial where rows are sharded and one expert's own where they are routed.
    /// </summary>
    public virtual Sharding? Place(Node node, int output) => null;

    /// <summary>Adds the adjoint statements for the outputs' gradients. The default says that no gradient flows.</summary>
    public virtual void Differentiate(Node node, GradientBuilder gradients)
    {
    }

    /// <summary>Whether an output row depends on its input row alone: what an expert's Forward must be made of.</summary>
    public virtual bool IsRowWise => true;

    /// <summary>Whether the op contributes gradients of its own (auxiliary losses) even when no output has one.</summary>
    public virtual bool HasOwnGradient(Node node) => false;

    /// <summary>Whether gradients may flow through (false: integers, statistics).</summary>
    public virtual bool IsDifferentiable => true;

    /// <summary>Whether output 0 may overwrite this input's storage (same size, element-wise).</summary>
    public virtual bool CanOverwrite(int input) => false;

    /// <summary>Whether the kernel can add to its output (<c>accumulate: true</c>); else the sum is a statement of its own.</summary>
    public virtual bool CanAccumulate => false;

    /// <summary>Whether the statement can be printed once for all rows of a rank's experts, a group an expert, when it stands in an expert's body.</summary>
    public virtual bool CanGroup(Node node) => false;

    /// <summary>Whether the output is the input's storage under another shape.</summary>
    public virtual bool IsView => false;

    /// <summary>Whether an output only moves or renames the input's elements, so that its number format is the input's.</summary>
    public virtual bool KeepsFormat => IsView;

    /// <summary>Whether an output is a statistic (a norm's inverse root, a log-sum-exp, a gate), which is float32 whatever the module's format.</summary>
    public virtual bool IsStatistic(int output) => false;

    /// <summary>Whether an output's rows lie in the order in which a rank sends them to experts, which the mesh decides: random bits cannot follow their tokens there.</summary>
    public virtual bool IsInSendOrder => false;

    /// <summary>
    /// Whether the backward pass may compute the statement again (<c>[Recompute]</c>). Not what ranks do together, and not the sums over tokens that lead up to it; not the choice of experts, which must be the one that rows were sent by.
    /// </summary>
    public virtual bool CanRecompute => true;

    /// <summary>What the statement asks of a rank's engines. The default streams every operand once through the vector engine; a view asks for nothing.</summary>
    public virtual OpWork Cost(Node node, CostRule cost) => IsView ? OpWork.None : cost.Stream(node);

    /// <summary>The collective that the statement is; null for all others.</summary>
    public virtual CollectiveWork? Communicate(Node node, CostRule cost) => null;

    /// <summary>Prints the statement: kernel calls, one an op where possible.</summary>
    public abstract void Print(Node node, StatementPrinter print);
}
