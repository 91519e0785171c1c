using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Decides which values share storage: views, gradients that are added to, element-wise results over operands that die, and loop-carried values (one buffer updated in place, or, when the backward pass
/// reads every iteration's value, a slot an iteration so that nothing is copied). Where sharing would destroy a value that is still needed, a Copy is inserted.
/// </summary>
public sealed class AssignStorage
{
    readonly Region root;
    readonly Func<Value, long> slotBytes;
    readonly Dictionary<Value, ArenaBuffer> map = [];
    ProgramOrder order;

    AssignStorage(Region root, Func<Value, long> slotBytes)
    {
        this.root = root;
        this.slotBytes = slotBytes;
        order = new(root);
    }

    public static (IReadOnlyDictionary<Value, ArenaBuffer> Map, ProgramOrder Order) Run(Region root, Func<Value, long> slotBytes, int localExperts)
    {
        var pass = new AssignStorage(root, slotBytes);
        foreach (var node in root.Walk().ToList())
            pass.PrepareCarried(node);
        pass.order = new(root);
        pass.CreateBuffers(root);
        pass.Share(root);
        pass.order = new(root);
        Lifetimes.Compute(pass.map.Values.Distinct().ToList(), pass.order, localExperts);
        return (pass.map, pass.order);
    }

    /// <summary>Whether every iteration's value is read after its iteration: by the backward loop, or after the loop.</summary>
    bool IsStacked(Node loop, Carried carried) => IsReadOutside(carried.Start, loop.Body!);

    bool IsReadOutside(Value value, Region body) => order.Uses(value).Any(u => !u.Region.IsInside(body) || u.Node?.Op.IsView == true && IsReadOutside(u.Node.Output, body));

    /// <summary>A carried value starts in storage that the loop may own, and ends in storage made by the body itself; else copies make it so.</summary>
    void PrepareCarried(Node loop)
    {
        foreach (var carried in loop.Carried)
        {
            bool stacked = IsStacked(loop, carried);
            var initial = carried.Initial;
            bool owned = initial.Producer is { } producer && initial.Region == loop.Outputs[0].Region && producer.Body is null && !producer.Op.IsView && producer.GradientOf is null && !claimed.Contains(initial);
            bool reread = order.Uses(initial).Any(u => u.Position > order.Begin(loop)) || order.Uses(initial).Count(u => u.Node == loop) > 1;
            bool viewed = order.Uses(initial).Any(u => u.Node?.Op.IsView == true);
            if (!owned || viewed || reread && !stacked)
                carried.Initial = initial = InsertCopy(initial, initial.Name, loop.Outputs[0].Region!, loop);
            claimed.Add(initial);

            var end = carried.End;
            bool fresh = end.Producer is { } last && end.Region == loop.Body && last.Body is null && !last.Op.IsView && !claimed.Contains(end);
            if (stacked && (!fresh || end.Producer!.Accumulated is not null) || !fresh && end != carried.Start && end.Region != loop.Body || claimed.Contains(end))
                carried.End = end = InsertCopy(end, end.Name, loop.Body!, null);
            claimed.Add(end);
        }
    }

    readonly HashSet<Value> claimed = [];

    static Value InsertCopy(Value value, string name, Region region, Node? before)
    {
        var node = new Node(new Copy(), [value], value.Source);
        var copy = region.Define(node, name, value.Type);
        (copy.Sharding, copy.Format) = (value.Sharding, value.Format);
        region.Nodes.Insert(before is null ? region.Nodes.Count : region.Nodes.IndexOf(before), node);
        return copy;
    }

    void CreateBuffers(Region region)
    {
        foreach (var node in region.Nodes)
        {
            foreach (var carried in node.Carried)
            {
                var buffer = map[carried.Initial];
                map[carried.Start] = map[carried.Result] = buffer;
                buffer.Members.Add(carried.Start);
                buffer.Members.Add(carried.Result);
                if (IsStacked(node, carried))
                    buffer.CarriedStack = node;
                else
                    buffer.CarriedInPlace = node;
            }
            if (node.Body is not null)
            {
                CreateBuffers(node.Body);
                foreach (var carried in node.Carried.Where(c => map[c.Start].CarriedStack == node && map[c.End] != map[c.Start]))
                    map[carried.Start].Absorb(map[carried.End], map);
            }
            else if (node.Op.IsView)
            {
                node.Output.ViewOf = node.Input(0);
                if (map.TryGetValue(node.Input(0), out var viewed))
                {
                    map[node.Output] = viewed;
                    viewed.Members.Add(node.Output);
                }
            }
            else
                foreach (var output in node.Outputs.Where(o => node.GradientOf is null || o != node.Output))
                    map[output] = new ArenaBuffer(output) { SlotBytes = slotBytes(output) };
        }
    }

    void Share(Region region)
    {
        for (int i = 0; i < region.Nodes.Count; i++)
        {
            var node = region.Nodes[i];
            if (node.Body is not null)
            {
                Share(node.Body);
                foreach (var carried in node.Carried)
                    PlaceEnd(node, carried);
            }
            else if (node.Accumulated is { } accumulated && node.GradientOf is null)
            {
                if (Dies(accumulated, node) && map[node.Output].CarriedStack is null)
                    Merge(accumulated, node.Output);
                else
                {
                    // Something still reads the old gradient: add to a copy of it.
                    var copy = new Node(new Copy(), [accumulated], node.Source);
                    var value = region.Define(copy, accumulated.Name, accumulated.Type);
                    (value.Sharding, value.Format) = (accumulated.Sharding, accumulated.Format);
                    map[value] = map[node.Output];
                    map[value].Members.Add(value);
                    region.Nodes.Insert(i++, copy);
                    node.Accumulated = value;
                    order = new(root);
                }
            }
            else if (node.Outputs.Count > 0 && node.GradientOf is null && map.TryGetValue(node.Output, out var fresh) && fresh.Members.Count == 1 && fresh.CarriedStack is null)
                for (int k = 0; k < node.Inputs.Count; k++)
                    if (node.Op.CanOverwrite(k) && map.TryGetValue(node.Input(k), out var old) && old.SlotBytes == fresh.SlotBytes && node.Input(k).Format == node.Output.Format && old.IsRouted == fresh.IsRouted && Dies(node.Input(k), node)
                        && node.Inputs.Count(v => map.TryGetValue(v, out var b) && b == old) == 1)
                    {
                        Merge(node.Input(k), node.Output);
                        break;
                    }
        }
    }

    /// <summary>Brings the end of an iteration into the buffer that the next one starts from.</summary>
    void PlaceEnd(Node loop, Carried carried)
    {
        ArenaBuffer start = map[carried.Start], end = map[carried.End];
        if (start == end)
            return;
        int made = end.Members.Min(m => m.Producer is { } p && m.Region == loop.Body ? order.Begin(p) : 0);
        int lastRead = start.Members.SelectMany(order.Uses).Where(u => u.Region.IsInside(loop.Body!)).Select(u => Raised(u, loop.Body!)).DefaultIfEmpty(-1).Max();
        if (end.Region == loop.Body && end.CarriedStack is null && end.CarriedInPlace is null && lastRead < made && !Escapes(end, loop.Body!))
        {
            start.Absorb(end, map);
            return;
        }
        // Another value may end its iteration where this copy goes: it moves out of the way first.
        foreach (var other in loop.Carried.Where(o => o != carried && map[o.End] == start && map[o.Start] != start))
        {
            other.End = InsertCopy(other.End, other.End.Name, loop.Body!, null);
            map[other.End] = new ArenaBuffer(other.End) { SlotBytes = slotBytes(other.End) };
        }
        var copy = InsertCopy(carried.End, carried.Start.Name, loop.Body!, null);
        map[copy] = start;
        start.Members.Add(copy);
        carried.End = copy;
        order = new(root);
    }

    bool Escapes(ArenaBuffer buffer, Region body) => buffer.Members.SelectMany(order.Uses).Any(u => !u.Region.IsInside(body));

    /// <summary>Whether nothing reads the value's storage after <paramref name="node"/>, which may then overwrite it.</summary>
    bool Dies(Value value, Node node)
    {
        if (!map.TryGetValue(value, out var buffer) || buffer.CarriedStack is not null)
            return false;
        var home = node.Outputs[0].Region!;
        if (value.Region != home)
            return false;
        int position = order.Begin(node);
        foreach (var member in buffer.Members)
            foreach (var use in order.Uses(member))
            {
                // A carried buffer's outer readers see what the iterations leave in it.
                if (buffer.CarriedInPlace is { } loop && home.IsInside(loop.Body!) && !use.Region.IsInside(loop.Body!))
                    continue;
                if (!use.Region.IsInside(home) || Raised(use, home) > position)
                    return false;
            }
        return true;
    }

    int Raised(Use use, Region home) => ProgramOrder.LoopBelow(home, use.Region) is { } loop ? order.End(loop) : use.Position;

    void Merge(Value into, Value value)
    {
        ArenaBuffer target = map[into], source = map[value];
        if (target != source)
            target.Absorb(source, map);
    }
}
