using Shardwright.Hardware;

namespace Shardwright.Capture.Tests.Advice.Communication;

/// <summary>What a step means, whatever its order: for every statement, the statements that wrote what it reads.</summary>
internal static class Order
{
    /// <summary>By statement, in the order of names: its name and its writers', of those asked for; the others are looked through. Statements are known by name and work, since another order numbers them anew; loops are run twice, so that what one iteration hands to the next counts.</summary>
    public static IReadOnlyList<string> Writers(TimedProgram program, Func<TimedOp, bool> which)
    {
        var blocks = program.Ops.Where(op => op.Phase == StepPhase.Update).SelectMany(op => op.Writes).ToHashSet();
        var last = new Dictionary<int, SortedSet<string>>();
        var found = new List<string>();
        Run(program.Nodes, "");
        found.Sort(StringComparer.Ordinal);
        return found;

        void Run(IEnumerable<TimedNode> nodes, string round)
        {
            foreach (var node in nodes)
                if (node is TimedLoop loop)
                    for (int i = 0; i < Math.Min(2, loop.Count); i++)
                        Run(loop.Body, round + i);
                else
                    Visit((TimedOp)node, round);
        }

        void Visit(TimedOp op, string round)
        {
            if (!which(op))
                return;
            string name = $"{op.Name}@{round}:{op.Source}:{op.Work.GetHashCode()}";
            found.Add($"{name} <- {string.Join(", ", op.Reads.SelectMany(slot => last.TryGetValue(slot, out var writers) ? writers : []).Order(StringComparer.Ordinal).Distinct())}");
            foreach (int slot in op.Writes)
            {
                // Many statements write parts of a block of gradients; all of them count until the update writes it anew.
                if (!last.TryGetValue(slot, out var writers) || !blocks.Contains(slot) || op.Phase == StepPhase.Update)
                    last[slot] = writers = new(StringComparer.Ordinal);
                writers.Add(name);
            }
        }
    }
}
