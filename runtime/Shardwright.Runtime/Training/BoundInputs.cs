namespace Shardwright.Execution;

/// <summary>Checks what is bound before a run, and unbinds it, so that no run sees an earlier run's inputs by accident.</summary>
internal static class BoundInputs
{
    /// <summary>Every input must be bound with exactly this many global micro-batches.</summary>
    public static void Require(InputBuffer[] inputs, ProgramPlan plan, int microBatches, string operation)
    {
        foreach (var input in inputs)
            if (input.Bound != (long)microBatches * input.Slot.Elements)
                throw Wrong(inputs, input, plan, operation, $"{(long)microBatches * input.Slot.Elements} = {microBatches} micro-batches × [{string.Join(", ", input.Slot.Shape)}]");
        Unbind(inputs);
    }

    /// <summary>The number of global micro-batches, which must be whole and the same for every bound input.</summary>
    public static int Count(InputBuffer[] inputs, ProgramPlan plan, string operation, bool all)
    {
        int microBatches = 0;
        foreach (var input in inputs)
        {
            if (input.Bound < 0 && !all)
                continue;
            if (input.Bound <= 0 || input.Bound % input.Slot.Elements != 0)
                throw Wrong(inputs, input, plan, operation, $"a whole number of global micro-batches of {input.Slot.Elements} = [{string.Join(", ", input.Slot.Shape)}]");
            int count = input.Bound / input.Slot.Elements;
            if (microBatches != 0 && count != microBatches)
                throw Wrong(inputs, input, plan, operation, $"{(long)microBatches * input.Slot.Elements}: {microBatches} micro-batches, as in the inputs before it");
            microBatches = count;
        }
        if (microBatches == 0)
            throw new ArgumentException($"{operation} of {plan.Model}: no input was given.");
        Unbind(inputs);
        return microBatches;
    }

    private static void Unbind(InputBuffer[] inputs)
    {
        foreach (var input in inputs)
            input.Bound = -1;
    }

    // A refused call leaves nothing bound, or the next one would fail for an input that it never had.
    private static ArgumentException Wrong(InputBuffer[] inputs, InputBuffer wrong, ProgramPlan plan, string operation, string need)
    {
        var message = $"{operation} of {plan.Model}: input {wrong.Slot.Name} got {(wrong.Bound < 0 ? "nothing" : $"{wrong.Bound} elements")}, need {need}.";
        Unbind(inputs);
        return new(message, wrong.Slot.Name);
    }
}
