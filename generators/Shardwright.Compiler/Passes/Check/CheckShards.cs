using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>
/// Proves a finished program: derives anew, for every value and atom, whether ranks hold the same, a part, a partial sum or routed rows, and demands that every partial sum meets one reduction over exactly its atoms before anything else
/// reads it. It trusts the ops, their operands and shapes, what is said of inputs and parameters; and nothing that a pass wrote: no <see cref="Value.Sharding"/>, no group, no scale. <see cref="CheckScales"/> and
/// <see cref="CheckGradients"/> go on from the states. What it does not prove is that an adjoint is the right formula: finite differences and PyTorch do.
/// </summary>
public sealed class CheckShards
{
    readonly ShardFindings findings;
    readonly Dictionary<Value, Sharding> states = [];

    CheckShards(ShardFindings findings) => this.findings = findings;

    public static IReadOnlyList<ShardViolation> Run(BuiltProgram program, DeviceMesh mesh, int microBatches)
    {
        var findings = new ShardFindings(mesh);
        var check = new CheckShards(findings);
        check.Visit(program.Root, null);
        CheckScales.Run(program, findings, microBatches);
        if (program.Kind == ProgramKind.Train)
            CheckGradients.Run(program, check.states, findings);
        return findings.Violations;
    }

    void Visit(Region region, ExpertSite? expert)
    {
        Node? open = null;
        foreach (var node in region.Nodes)
        {
            if (node.Op is Loop or ExpertLoop)
                Repeat(node, expert);
            else
            {
                open = Exchange(node, open, expert);
                var inputs = node.Inputs.Select(v => Read(v, node, expert)).ToList();
                var outputs = Special(node, inputs, expert) ?? General(node, inputs, expert);
                for (int i = 0; i < node.Outputs.Count; i++)
                    Define(node, i, outputs[i], expert);
            }
        }
        if (open is not null)
            findings.Add(open.Output, $"{open.Op.Name} has no Return behind it: rows that went to the experts never come back");
    }

    void Repeat(Node node, ExpertSite? expert)
    {
        foreach (var carried in node.Carried)
            states[carried.Start] = Whole(carried.Initial, Read(carried.Initial, node, expert), "the first iteration");
        Visit(node.Body!, node.Op is ExpertLoop experts ? experts.Site : expert);
        foreach (var carried in node.Carried)
        {
            var end = Whole(carried.End, Read(carried.End, node, expert), "the next iteration");
            foreach (int atom in findings.Atoms.Where(atom => end[atom] != states[carried.Start][atom]))
                findings.Add(carried.End, atom, $"{ShardFindings.Describe(end[atom])} at the end of an iteration", $"{ShardFindings.Describe(states[carried.Start][atom])}, as at its start");
            Annotated(carried.Start, states[carried.Result] = states[carried.Start]);
        }
    }

    /// <summary>What ranks do together stands where all of them pass, the same number of times: rows leave and come back in pairs, and inside the experts' turns, of which every replica takes as many, only their replicas meet.</summary>
    Node? Exchange(Node node, Node? open, ExpertSite? expert)
    {
        if (expert is not null && (node.Op is Dispatch or Return or GatherCounts || node.Op is AllReduce reduce && findings.Mesh.Expert > 1 && ShardFindings.Joins(reduce.Group, DeviceMesh.ExpertAtom) != false))
            findings.Add(node.Output, $"{node.Op.Name} inside the turns of the experts of {expert.Path}, which ranks of an expert group take for different experts; need it outside");
        switch (node.Op)
        {
            case Dispatch:
                if (open is not null)
                    findings.Add(node.Output, $"Dispatch while rows of '{open.Output.Name}' are with the experts; need their Return first");
                return node;
            case Return back:
                if (open?.Op is not Dispatch there || there.Site.Index != back.Site.Index || there.Backward != back.Backward)
                    findings.Add(node.Output, $"Return of rows that no Dispatch of {back.Site.Path} sent before it");
                return null;
            default:
                return open;
        }
    }

    /// <summary>An operand's state, which must not be a partial sum except for its own reduction.</summary>
    Sharding Read(Value value, Node reader, ExpertSite? expert)
    {
        if (value.Parameter is { } parameter)
        {
            if (parameter.Experts > 0 && expert is null && reader.Op is not ExpertLoop)
                findings.Add(value, $"a parameter of experts is read outside their turns by {reader.Op.Name}");
            return new(AtomState.Replicated, parameter.Experts > 0 ? AtomState.Sharded(-1) : AtomState.Replicated);
        }
        if (value.Input is { } input)
            return input.IsSharded ? new(AtomState.Sharded(0), AtomState.Sharded(0)) : Sharding.Replicated;
        if (states.TryGetValue(value, out var state))
            return state;
        findings.Add(value, $"{reader.Op.Name} reads it before any statement computes it");
        return states[value] = value.Sharding;
    }

    Sharding Whole(Value value, Sharding state, string reader)
    {
        foreach (int atom in findings.Atoms)
        {
            if (state[atom].Layout != Layout.Partial)
                continue;
            findings.Add(value, atom, $"a partial sum that {reader} reads", "the sum: an all-reduce over this atom before it");
            state = state.With(atom, AtomState.Replicated);
        }
        return state;
    }

    void Define(Node node, int output, Sharding state, ExpertSite? expert)
    {
        var value = node.Outputs[output];
        if (output == 0 && node.Accumulated is { } accumulated)
        {
            var before = Whole(accumulated, Read(accumulated, node, expert), node.Op.Name);
            state = Whole(value, state, "a sum with other contributions");
            foreach (int atom in findings.Atoms.Where(atom => before[atom] != state[atom]))
                findings.Add(value, atom, $"{ShardFindings.Describe(state[atom])}, added to '{accumulated.Name}'", $"{ShardFindings.Describe(before[atom])}, as that is");
        }
        Annotated(value, states[value] = state);
    }

    /// <summary>Local sizes come from what the passes noted: it must be what is so.</summary>
    void Annotated(Value value, Sharding state)
    {
        foreach (int atom in findings.Atoms)
            if (value.Sharding[atom] != state[atom])
                findings.Add(value, atom, $"noted as {ShardFindings.Describe(value.Sharding[atom])}", $"{ShardFindings.Describe(state[atom])}, as its statement makes it");
    }

    Sharding[]? Special(Node node, List<Sharding> inputs, ExpertSite? expert)
    {
        Sharding rows = new(AtomState.Sharded(0), AtomState.Sharded(0)), counts = new(AtomState.Sharded(1), AtomState.Sharded(1)), routed = new(AtomState.Sharded(0), AtomState.Routed);
        switch (node.Op)
        {
            case AllReduce reduce:
                return [Reduced(node, reduce, inputs[0])];
            case GatherCounts:
                Need(0, counts);
                return [Sharding.Replicated];
            case Route:
                Need(0, rows);
                if (inputs.Count > 1)
                    Need(1, ((Route)node.Op).HasKeys ? rows : Sharding.Replicated);
                return [rows, rows, rows, new(AtomState.Partial, AtomState.Partial), counts, rows];
            case Dispatch:
                Need(0, rows);
                Need(1, Sharding.Replicated);
                return [routed];
            case Return:
                Need(0, routed);
                Need(1, Sharding.Replicated);
                return [rows];
            case Zero or Fill:
                // A constant is right in any state: the one that its shape is for.
                for (int i = 0; i < inputs.Count; i++)
                    Need(i, Sharding.Replicated);
                return [node.Output.Type.Rows switch { RowKind.Sequence => rows, RowKind.Routed => routed, _ => expert is null ? Sharding.Replicated : new(AtomState.Replicated, AtomState.Sharded(-1)) }];
            case WriteOutput:
                Need(0, rows);
                return [];
            case ReportLoss or ReportAuxiliary or ReportQuantiles:
                for (int i = 0; i < inputs.Count; i++)
                    Need(i, Sharding.Replicated);
                return [];
            case AddToGradient:
                Whole(node.Input(0), inputs[0], "the gradient block");
                return [];
            case BeginBackward or ClearGradient:
                return [];
            default:
                return null;
        }

        void Need(int input, Sharding need)
        {
            foreach (int atom in findings.Atoms.Where(atom => inputs[input][atom] != need[atom]))
                findings.Add(node.Input(input), atom, $"{ShardFindings.Describe(inputs[input][atom])}, read by {node.Op.Name}", ShardFindings.Describe(need[atom]));
        }
    }

    Sharding Reduced(Node node, AllReduce reduce, Sharding state)
    {
        foreach (int atom in findings.Atoms)
        {
            bool isPartial = state[atom].Layout == Layout.Partial;
            if (ShardFindings.Joins(reduce.Group, atom) is not { } joins)
                findings.Add(node.Output, atom, $"an all-reduce over '{reduce.Group}'", "World, ExpertReplicas or ExpertPeers");
            else if (isPartial && !joins)
                findings.Add(node.Output, atom, $"a partial sum that the all-reduce over {reduce.Group} leaves as it is", "a group that joins the ranks of this atom");
            else if (!isPartial && joins)
                findings.Add(node.Output, atom, $"{ShardFindings.Describe(state[atom])}, of which the all-reduce over {reduce.Group} adds up {findings.Mesh.Size(atom)}", "a partial sum, or a group without this atom");
            else if (isPartial)
                state = state.With(atom, AtomState.Replicated);
        }
        return state;
    }

    Sharding[] General(Node node, List<Sharding> inputs, ExpertSite? expert)
    {
        var results = node.Outputs.Select(v => v.Sharding).ToArray();
        if (RowRule.Of(node) is not { } rule)
        {
            findings.Add(node.Source, node.Outputs.Count > 0 ? node.Output.Name : node.Op.Name, $"{node.Op.Name} has no rule in {nameof(RowRule)}: what it makes of rows is unknown");
            return results;
        }
        for (int atom = 0; atom < DeviceMesh.Atoms; atom++)
        {
            var joined = Join(node, rule, inputs, atom);
            for (int i = 0; i < results.Length; i++)
                results[i] = results[i].With(atom, rule.Sums[i] ? RowRule.SumOver(joined) : joined);
        }
        if (node.Op is Reshape && findings.Atoms.Any(atom => results[0][atom].Layout == Layout.Sharded && results[0][atom].Dimension == 0) && node.Output.Type.Shape[0] % findings.Mesh.Data != 0)
            findings.Add(node.Output, $"dimension 0 of {node.Output.Type} does not split over {findings.Mesh.Data} ranks");
        return results;
    }

    /// <summary>The one state of all operands with rows; the others must be whole, or be the expert's whose rows these are.</summary>
    AtomState Join(Node node, RowRule rule, List<Sharding> inputs, int atom)
    {
        bool matters = findings.Mesh.Size(atom) > 1, owned = false;
        AtomState? rows = null;
        for (int i = 0; i < inputs.Count; i++)
        {
            var state = inputs[i][atom];
            if (matters && state.Layout == Layout.Partial)
                state = Whole(node.Input(i), inputs[i], node.Op.Name)[atom];
            bool isOwned = state == AtomState.Sharded(-1);
            owned |= isOwned;
            if (rule.Rows[i] && rows is null)
                rows = state;
            bool fits = rule.Rows[i] ? state == rows : isOwned || state == AtomState.Replicated;
            // A statistic has an element a row, and no dimension along which the op mixes.
            bool mixes = rule.Rows[i] && rule.AlongLast && node.Input(i).Type.Rank == node.Input(0).Type.Rank;
            bool isLast = mixes && state.Layout is Layout.Sharded or Layout.Routed && state.Dimension == 0 && node.Input(i).Type.Rank < 2;
            if (matters && (!fits || isLast || state.Layout == Layout.Sharded && state.Dimension > 0))
                findings.Add(node.Input(i), atom, $"{ShardFindings.Describe(state)}, read by {node.Op.Name}", isLast ? "a dimension that no rank has a part of" : rule.Rows[i] ? $"{ShardFindings.Describe(rows!.Value)}, like its first operand" : "the whole tensor on every rank");
        }
        var joined = rows ?? AtomState.Replicated;
        if (matters && owned && joined.Layout == Layout.Sharded && joined.Dimension == 0)
            findings.Add(node.Output, atom, "rows of all experts beside a parameter of a rank's own", "rows that were dispatched to their experts");
        return owned && joined == AtomState.Replicated ? AtomState.Sharded(-1) : joined;
    }
}
