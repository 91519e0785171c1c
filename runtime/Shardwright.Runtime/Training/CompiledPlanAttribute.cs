namespace Shardwright.Execution;

/// <summary>The plan of a model, in the assembly that holds it: tools read it without running anything.</summary>
/// <param name="model">Type name of the model.</param>
/// <param name="json">The plan, as <see cref="Shardwright.Hardware.PlanReader"/> reads it.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class CompiledPlanAttribute(string model, string json) : Attribute
{
    /// <summary>Type name of the model.</summary>
    public string Model { get; } = model;

    /// <summary>The plan.</summary>
    public string Json { get; } = json;
}
