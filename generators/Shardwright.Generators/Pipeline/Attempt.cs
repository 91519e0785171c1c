namespace Shardwright.Generators.Pipeline;

/// <summary>A model's value or the fault that kept it from being made; equal by value, as steps need.</summary>
internal sealed record Attempt<T>(string Type, T? Value, string? Fault)
{
    public Attempt<TNext> Then<TNext>(Func<T, TNext> next) => Value is null ? new(Type, default, Fault) : Attempt.Of(Type, () => next(Value));
}

internal static class Attempt
{
    public static Attempt<T> Of<T>(string type, Func<T> make)
    {
        try
        {
            return new(type, make(), null);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(type, default, $"{fault.GetType().Name}: {fault.Message}");
        }
    }
}
