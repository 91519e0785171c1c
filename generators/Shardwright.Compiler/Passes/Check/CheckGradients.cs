using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>
/// Every trained parameter gets one contribution for each place where the objective reads it, each reduced once and over exactly the atoms on which it is partial: at the end, with the blocks of its group, or before it is added to the others. Then
/// dense gradients are the same on every rank, expert gradients on every replica of the expert, and the update's norm, which takes each from one rank, counts every element once.
/// </summary>
public static class CheckGradients
{
    public static void Run(BuiltProgram program, IReadOnlyDictionary<Value, Sharding> states, ShardFindings findings)
    {
        var places = GradientPlaces.Count(program.Root);
        var nodes = program.Root.Walk().ToList();
        var direct = nodes.Where(n => n.GradientOf is not null).ToLookup(n => n.GradientOf!);
        var added = nodes.Where(n => n.Op is AddToGradient).ToLookup(n => ((AddToGradient)n.Op).Parameter);
        var cleared = nodes.Where(n => n.Op is ClearGradient).ToLookup(n => ((ClearGradient)n.Op).Parameter);
        foreach (var parameter in program.Parameters)
        {
            int expected = places.TryGetValue(parameter, out int count) ? count : 0, one = direct[parameter].Count(), several = added[parameter].Count();
            program.GradientGroups.TryGetValue(parameter, out string? group);
            var source = new SourceRef(parameter.Type, parameter.Site, parameter.Site);
            if (parameter.Frozen || parameter.IsState)
                expected = 0;
            if (one + several != expected)
                findings.Add(source, parameter.Path, $"{one + several} contributions to its gradient; need {expected}, one for each place where the objective reads it");
            if (one > 1 || one > 0 && several > 0)
                findings.Add(source, parameter.Path, $"{one} statements overwrite its gradient block{(several > 0 ? $", {several} add to it" : "")}; need one that writes, or all that add");
            if (cleared[parameter].Count() != (several > 0 ? 1 : 0) || several > 0 && !IsClearedFirst(program.Root, cleared[parameter].Single(), added[parameter]))
                findings.Add(source, parameter.Path, $"{several} contributions are added to its gradient block, which is cleared {cleared[parameter].Count()} times; need once, before all of them, if there are any");
            // What has no state was refused already.
            foreach (var value in direct[parameter].Select(n => n.Output).Concat(added[parameter].Select(n => n.Input(0))))
                if (states.TryGetValue(value, out var state))
                    Final(parameter, value, state, group, findings);
            foreach (var node in direct[parameter].Where(n => !n.Output.Region!.Loops().SequenceEqual(parameter.Loops)))
                findings.Add(node.Output, $"written into the gradient of {parameter.Path} in loops over [{string.Join(", ", node.Output.Region!.Loops().Select(l => l.Path))}]; need those of the parameter, [{string.Join(", ", parameter.Loops.Select(l => l.Path))}], or iterations overwrite each other");
            if (expected == 0 && findings.Atoms.Any(atom => ShardFindings.Joins(group, atom) != false))
                findings.Add(source, parameter.Path, $"{group} reduces its gradient, to which nothing contributes");
        }
    }

    static bool IsClearedFirst(Region root, Node clear, IEnumerable<Node> added)
    {
        int at = root.Nodes.IndexOf(clear);
        return at >= 0 && root.Nodes.Take(at).SelectMany(n => n.Body is null ? [n] : n.Body.Walk()).All(n => !added.Contains(n));
    }

    /// <summary>The state of a contribution after the reduction of its block must be the parameter's own.</summary>
    static void Final(ParameterDeclaration parameter, Value contribution, Sharding state, string? group, ShardFindings findings)
    {
        foreach (int atom in findings.Atoms)
        {
            var need = parameter.Experts > 0 && atom == DeviceMesh.ExpertAtom ? AtomState.Sharded(-1) : AtomState.Replicated;
            bool isPartial = state[atom].Layout == Layout.Partial;
            string what = $"'{contribution.Name}' is {ShardFindings.Describe(state[atom])} and its block is reduced {(group is null ? "by no group" : $"over {group}")}";
            if (ShardFindings.Joins(group, atom) is not { } joins)
                findings.Add(contribution.Source, parameter.Path, ShardFindings.On(atom, what, "World, ExpertReplicas, ExpertPeers or none"));
            else if (joins != isPartial)
                findings.Add(contribution.Source, parameter.Path, ShardFindings.On(atom, what, isPartial ? "a reduction that joins this atom" : "none that joins it: the gradient would be multiplied"));
            else if ((isPartial ? AtomState.Replicated : state[atom]) != need)
                findings.Add(contribution.Source, parameter.Path, ShardFindings.On(atom, what, $"{ShardFindings.Describe(need)} in the end, as the parameter is"));
        }
    }
}
