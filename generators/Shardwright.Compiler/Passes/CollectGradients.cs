using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Decides how each parameter's gradient comes together. One contribution that matches the parameter's own loops is written straight into the gradient block and reduced with
/// all others of its group at the end. Several contributions (tied or shared parameters) are each reduced, then added in program order: the only order every mesh shares.
/// </summary>
public static class CollectGradients
{
    /// <summary>The group that still has to reduce a parameter's gradient block; null for none.</summary>
    public static Dictionary<ParameterDeclaration, string?> Run(Region backward, DeviceMesh mesh)
    {
        var groups = new Dictionary<ParameterDeclaration, string?>();
        var contributions = backward.Walk().Where(n => n.GradientOf is not null).ToList();
        foreach (var parameter in contributions.GroupBy(n => n.GradientOf!))
        {
            var first = parameter.First();
            if (parameter.Count() == 1 && first.Output.Region!.Loops().SequenceEqual(parameter.Key.Loops))
            {
                groups[parameter.Key] = first.Output.Sharding.IsPartial ? first.Output.Sharding.PartialGroup(mesh) : null;
                continue;
            }
            groups[parameter.Key] = null;
            var clear = new Node(new ClearGradient(parameter.Key), [], first.Source);
            backward.Nodes.Insert(backward.Nodes.FindIndex(n => n.Op is BeginBackward) + 1, clear);
            foreach (var node in parameter)
                AddReduced(node);
        }
        return groups;
    }

    /// <summary>Adds a contribution; <see cref="InsertCollectives"/> reduces it first where it is partial, as it does for every consumer.</summary>
    static void AddReduced(Node node)
    {
        var region = node.Output.Region!;
        region.Nodes.Insert(region.Nodes.IndexOf(node) + 1, new Node(new AddToGradient(node.GradientOf!), [node.Output], node.Source));
        node.Output.Name += "Part";
        node.GradientOf = null;
    }
}
