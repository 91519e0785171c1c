namespace Shardwright;

/// <summary>Walks a model's parameters in the order of the plan's slots; emitted code calls it.</summary>
public interface IParameterVisitor
{
    /// <summary>Visits one parameter: its slot, the instance within a stack of repeated modules, its global expert index (−1 for dense) and its global path.</summary>
    void Visit(int slot, int instance, int expert, string path, Parameter parameter);

    /// <summary>Visits one state: persistent, without gradient, in a slot of its own.</summary>
    void Visit(int slot, int instance, int expert, string path, State state);
}
