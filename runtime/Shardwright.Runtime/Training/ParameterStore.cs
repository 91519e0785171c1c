using System.Numerics.Tensors;

namespace Shardwright.Execution;

/// <summary>Finds a parameter's values in the ranks' arenas: dense ones are on every rank, an expert's on the ranks that own it.</summary>
internal sealed class ParameterStore(ProgramPlan plan, Arena[] arenas, ulong seed)
{
    /// <summary>Writes initial values, computed in the first owner's arena and copied to the others, so that a model never needs memory of its own.</summary>
    public IParameterVisitor Initializer => new Visitor(this, Direction.Initialize);

    /// <summary>Copies arena to model.</summary>
    public IParameterVisitor Gatherer => new Visitor(this, Direction.Gather);

    /// <summary>Copies model to arenas.</summary>
    public IParameterVisitor Scatterer => new Visitor(this, Direction.Scatter);

    private enum Direction { Initialize, Gather, Scatter }

    public ReadOnlySpan<float> Read(int slot, int instance, int expert, bool gradient)
        => Block(Slot(slot, instance, expert), instance, expert, FirstOwner(slot, expert), gradient);

    public void Write(int slot, int instance, int expert, ReadOnlySpan<float> values)
    {
        var owned = Slot(slot, instance, expert);
        RequireLength(owned, values.Length);
        for (int rank = FirstOwner(slot, expert); rank < plan.Data; rank += OwnerStride(slot))
            values.CopyTo(Block(owned, instance, expert, rank, gradient: false));
    }

    public void RequireLength(int slot, int got) => RequireLength(plan.Parameters[slot], got);

    private static void RequireLength(ParameterSlot slot, int got)
    {
        if (got != slot.Elements)
            throw new ArgumentException($"Parameter {slot.Path}: got {got} elements, need {slot.Elements} = [{string.Join(", ", slot.Shape)}].");
    }

    private ParameterSlot Slot(int index, int instance, int expert)
    {
        if ((uint)index >= (uint)plan.Parameters.Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"{plan.Model} has {plan.Parameters.Count} parameter slots.");
        var slot = plan.Parameters[index];
        if ((uint)instance >= (uint)slot.Instances)
            throw new ArgumentOutOfRangeException(nameof(instance), instance, $"Parameter {slot.Path} has {slot.Instances} instances.");
        if (slot.Experts == 0 ? expert > 0 : (uint)expert >= (uint)slot.Experts)
            throw new ArgumentOutOfRangeException(nameof(expert), expert, slot.Experts == 0 ? $"Parameter {slot.Path} is dense: need −1." : $"Parameter {slot.Path} has {slot.Experts} experts.");
        return slot;
    }

    private Span<float> Block(ParameterSlot slot, int instance, int expert, int rank, bool gradient)
    {
        if (gradient && slot.Frozen)
            throw new InvalidOperationException($"Parameter {slot.Path} is frozen and has no gradient.");
        int locals = slot.Experts == 0 ? 1 : slot.Experts / plan.Expert;
        long block = (long)instance * locals + (slot.Experts == 0 ? 0 : expert % locals);
        return arenas[rank].Floats((gradient ? slot.GradientOffset : slot.Offset) + block * slot.Elements * sizeof(float), slot.Elements);
    }

    private int FirstOwner(int slot, int expert) => plan.Parameters[slot].Experts is var experts and > 0 ? expert / (experts / plan.Expert) : 0;

    private int OwnerStride(int slot) => plan.Parameters[slot].Experts > 0 ? plan.Expert : 1;

    private sealed class Visitor(ParameterStore store, Direction direction) : IParameterVisitor
    {
        public void Visit(int slot, int instance, int expert, string path, Parameter parameter)
        {
            var owned = Require(slot, instance, expert, path, parameter.Shape);
            if (direction == Direction.Initialize || parameter.Path is null)
                parameter.Name(path, store.Seed);
            if (direction == Direction.Gather)
            {
                parameter.Value = Read(slot, instance, expert, owned);
                return;
            }
            var first = store.Block(owned, instance, expert, store.FirstOwner(slot, expert), gradient: false);
            if (parameter.IsMaterialized)
                parameter.Value.FlattenTo(first);
            else
                parameter.WriteInitial(first);
            store.Write(slot, instance, expert, first);
        }

        public void Visit(int slot, int instance, int expert, string path, State state)
        {
            var owned = Require(slot, instance, expert, path, state.Shape);
            if (state.Path is null)
                state.Name(path);
            if (direction == Direction.Gather)
            {
                state.Value = Read(slot, instance, expert, owned);
                return;
            }
            // A fresh arena is zeros already, as a fresh state is.
            if (!state.IsMaterialized)
                return;
            var first = store.Block(owned, instance, expert, store.FirstOwner(slot, expert), gradient: false);
            state.Value.FlattenTo(first);
            store.Write(slot, instance, expert, first);
        }

        private ParameterSlot Require(int slot, int instance, int expert, string path, ReadOnlySpan<int> shape)
        {
            var owned = store.Slot(slot, instance, expert);
            return shape.SequenceEqual(owned.Shape)
                ? owned
                : throw new ArgumentException($"Parameter {path}: the model has shape [{string.Join(", ", shape.ToArray())}], the program was compiled for [{string.Join(", ", owned.Shape)}].");
        }

        private Tensor<float> Read(int slot, int instance, int expert, ParameterSlot owned)
            => Tensor.Create(store.Read(slot, instance, expert, gradient: false).ToArray(), [.. owned.Shape.Select(dimension => (nint)dimension)]);
    }

    private ulong Seed => seed;
}
