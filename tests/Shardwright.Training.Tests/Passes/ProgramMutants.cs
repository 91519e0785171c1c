using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Passes.Check;

namespace Shardwright.Training.Tests.Passes;

/// <summary>A mistake put into a finished program, and how to take it back.</summary>
/// <param name="Kind">What kind of mistake.</param>
/// <param name="Names">The values or parameters of which one must be named.</param>
/// <param name="Apply">Makes it.</param>
/// <param name="Undo">Takes it back.</param>
internal sealed record Mutant(string Kind, IReadOnlyList<string> Names, Action Apply, Action Undo);

/// <summary>All mistakes of some kinds, one at a time, in the reductions, groups and scales of a training program.</summary>
internal sealed class ProgramMutants(BuiltProgram program, DeviceMesh mesh)
{
    private static readonly string[] Groups = ["World", "ExpertReplicas", "ExpertPeers"];

    /// <summary>Mutants that change nothing on this mesh: swapped groups that join the same ranks, sums over one rank.</summary>
    public int Equivalent { get; private set; }

    public IEnumerable<Mutant> All() => Reductions().Concat(GradientGroups()).Concat(Scales()).Concat(Contributions()).Concat(Notes());

    /// <summary>Deletes, doubles and redirects every reduction inside the program.</summary>
    private IEnumerable<Mutant> Reductions()
    {
        foreach (var node in program.Root.Walk().Where(n => n.Op is AllReduce).ToList())
        {
            var (reduce, region, sum, part) = ((AllReduce)node.Op, node.Output.Region!, node.Output, node.Input(0));
            foreach (string group in Groups.Where(g => g != reduce.Group))
                if (IsSame(group, reduce.Group))
                    Equivalent++;
                else
                    yield return new("swap a group", [sum.Name, part.Name], () => node.Op = new AllReduce(group), () => node.Op = reduce);
            if (IsSame(reduce.Group, null))
            {
                Equivalent += 2;
                continue;
            }
            yield return new("delete an all-reduce", [sum.Name, part.Name], () => Redirect(sum, part, node), () => Redirect(part, sum, node));
            Node? again = null;
            yield return new("reduce twice", [sum.Name], () =>
            {
                again = new(new AllReduce(reduce.Group), [sum], node.Source);
                var twice = region.Define(again, sum.Name, sum.Type);
                twice.Sharding = sum.Sharding;
                Redirect(sum, twice, again);
                region.Nodes.Insert(region.Nodes.IndexOf(node) + 1, again);
            }, () =>
            {
                region.Nodes.Remove(again!);
                Redirect(again!.Output, sum, again);
            });
        }

        // Every statement but the reduction itself reads the other value from now on.
        void Redirect(Value from, Value to, Node except)
        {
            foreach (var node in program.Root.Walk().Where(n => n != except))
            {
                for (int i = 0; i < node.Inputs.Count; i++)
                    node.Inputs[i] = node.Inputs[i] == from && node.Op is not AllReduce ? to : node.Inputs[i];
                node.Accumulated = node.Accumulated == from ? to : node.Accumulated;
                foreach (var carried in node.Carried)
                    (carried.Initial, carried.End) = (carried.Initial == from ? to : carried.Initial, carried.End == from ? to : carried.End);
            }
        }
    }

    /// <summary>Gives every gradient block each other group that the final reductions have, or none.</summary>
    private IEnumerable<Mutant> GradientGroups()
    {
        var groups = (Dictionary<ParameterDeclaration, string?>)program.GradientGroups;
        foreach (var (parameter, group) in groups.ToList())
            foreach (string? other in Groups.Append(null).Where(g => g != group))
                if (IsSame(other, group))
                    Equivalent++;
                else
                    yield return new(other is null ? "drop a parameter's reduction" : "reduce a parameter over another group", [parameter.Path], () => groups[parameter] = other, () => groups[parameter] = group);
    }

    /// <summary>Doubles and halves every denominator and every factor of the backward pass.</summary>
    private IEnumerable<Mutant> Scales()
    {
        int turn = program.Root.Nodes.FindIndex(n => n.Op is BeginBackward);
        var backward = program.Root.Nodes.Skip(turn).SelectMany(n => n.Body is null ? [n] : n.Body.Walk()).ToHashSet();
        foreach (var node in program.Root.Walk().ToList())
            foreach (double factor in (double[])[2, 0.5])
            {
                var (op, denominator) = (node.Op, node.Denominator);
                string[] names = [.. node.Outputs.Select(o => o.Name)];
                if (op is Average)
                    yield return new("scale a denominator", names, () => node.Denominator = (long)(denominator * factor), () => node.Denominator = denominator);
                Op? scaled = !backward.Contains(node) ? null : op switch
                {
                    Fill fill => fill with { Factor = fill.Factor * factor },
                    Scale scale => new Scale(scale.Factor * factor),
                    CrossEntropyGradient { Scale: { } scale } loss => loss with { Scale = scale * factor },
                    RouteGradient route => new RouteGradient(route.Site with { Router = route.Site.Router with { BalanceLoss = route.Site.Router.BalanceLoss * factor, RouterZLoss = route.Site.Router.RouterZLoss * factor } }),
                    _ => null,
                };
                if (scaled is not null && scaled != op)
                    yield return new("scale a gradient", names, () => node.Op = scaled, () => node.Op = op);
            }
    }

    /// <summary>Deletes and repeats every contribution to a parameter's gradient.</summary>
    private IEnumerable<Mutant> Contributions()
    {
        foreach (var region in Regions(program.Root).ToList())
            foreach (var node in region.Nodes.Where(n => n.Op is AddToGradient or ClearGradient || n.GradientOf is not null).ToList())
            {
                string path = (node.GradientOf ?? (node.Op as AddToGradient)?.Parameter ?? ((ClearGradient)node.Op).Parameter).Path;
                int at = region.Nodes.IndexOf(node);
                yield return new("delete a contribution", [path], () => region.Nodes.RemoveAt(at), () => region.Nodes.Insert(at, node));
                if (node.Op is AddToGradient)
                    yield return new("add a contribution twice", [path], () => region.Nodes.Insert(at, new(node.Op, node.Inputs, node.Source)), () => region.Nodes.RemoveAt(at));
            }
    }

    /// <summary>Notes of every value that ranks hold parts of: that they hold all of it, and of sums that they are complete.</summary>
    private IEnumerable<Mutant> Notes()
    {
        foreach (var value in program.Root.Walk().Where(n => n.Body is null).SelectMany(n => n.Outputs).Distinct().ToList())
            for (int atom = 0; atom < DeviceMesh.Atoms; atom++)
            {
                var noted = value.Sharding;
                if (noted[atom].Layout == Layout.Replicated)
                    continue;
                var wrong = noted.With(atom, AtomState.Replicated);
                if (mesh.Size(atom) == 1)
                    Equivalent++;
                else
                    yield return new("note a part as the whole", [value.Name], () => value.Sharding = wrong, () => value.Sharding = noted);
            }
    }

    /// <summary>Whether two groups join the same ranks on this mesh: they differ on no atom that has more than one rank.</summary>
    private bool IsSame(string? one, string? other) =>
        Enumerable.Range(0, DeviceMesh.Atoms).All(atom => mesh.Size(atom) == 1 || ShardFindings.Joins(one, atom) == ShardFindings.Joins(other, atom));

    private static IEnumerable<Region> Regions(Region root) => root.Nodes.Where(n => n.Body is not null).SelectMany(n => Regions(n.Body!)).Prepend(root);
}
