namespace Shardwright;

/// <summary>Marks a class as part of a model: a block, a layer or an expert, captured once for each distinct set of constructor arguments.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModuleAttribute : Attribute;
