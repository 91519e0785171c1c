using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Plan;

/// <summary>A read of a value: at a position of the linearised program, in a region.</summary>
public readonly record struct Use(Value Value, Node? Node, int Position, Region Region);

/// <summary>The program as one line: every node has a position, a loop a first and a last one around its body.</summary>
public sealed class ProgramOrder
{
    readonly Dictionary<Node, (int Begin, int End)> spans = [];
    readonly Dictionary<Value, List<Use>> uses = [];

    public ProgramOrder(Region root)
    {
        int position = 0;
        Visit(root, ref position);
        Length = position;
    }

    public int Length { get; }

    public int Begin(Node node) => spans[node].Begin;

    public int End(Node node) => spans[node].End;

    public IReadOnlyList<Use> Uses(Value value) => uses.TryGetValue(value, out var list) ? list : [];

    /// <summary>The loop directly in <paramref name="home"/> on the way down to <paramref name="region"/>; null when the region is home itself.</summary>
    public static Node? LoopBelow(Region home, Region region)
    {
        Node? loop = null;
        for (var r = region; r != home; r = r.Parent ?? home)
            loop = r.Owner;
        return loop;
    }

    void Visit(Region region, ref int position)
    {
        foreach (var node in region.Nodes)
        {
            int begin = position++;
            foreach (var value in node.Reads)
                Add(new(value, node, begin, region));
            if (node.Body is not null)
            {
                Visit(node.Body, ref position);
                int end = position++;
                foreach (var carried in node.Carried)
                    Add(new(carried.End, null, end, node.Body));
                spans[node] = (begin, end);
            }
            else
                spans[node] = (begin, begin);
        }
    }

    void Add(Use use)
    {
        if (!uses.TryGetValue(use.Value, out var list))
            uses.Add(use.Value, list = []);
        list.Add(use);
    }
}
