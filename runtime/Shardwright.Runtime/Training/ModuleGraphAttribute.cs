namespace Shardwright.Execution;

/// <summary>The graph of a <c>[Module]</c> class, in the assembly that holds it: a model of another project is compiled from it, without the module's source.</summary>
/// <param name="type">Full name of the class; a nested class is written with dots.</param>
/// <param name="form">The number of the graph's form. A compiler reads the form of its own version only.</param>
/// <param name="graph">The graph, and the files, lines and texts that it was captured from.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ModuleGraphAttribute(string type, int form, string graph) : Attribute
{
    /// <summary>Full name of the class.</summary>
    public string Type { get; } = type;

    /// <summary>The number of the graph's form.</summary>
    public int Form { get; } = form;

    /// <summary>The graph.</summary>
    public string Graph { get; } = graph;
}
