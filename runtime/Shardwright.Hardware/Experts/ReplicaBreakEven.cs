namespace Shardwright.Hardware;

/// <summary>
/// When a second copy of an expert pays. Sending the weights of a gated expert takes 3 · d · f · s bytes, and each token that the copy takes over saves 6 · d · f FLOP of the busiest rank: the copy pays from q* = (s ÷ 2) · peak ÷ bandwidth tokens on,
/// whatever d and f are. For weights of two bytes that is peak FLOP/s ÷ link bytes/s; a plain expert of two matrices gives the same.
/// </summary>
public static class ReplicaBreakEven
{
    /// <summary>q*: token copies that a replica has to take over before it saves what its weights' way costs, at the machine's published peak and link rate, on the slowest links that the group uses.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="format">Format of the products' operands.</param>
    /// <param name="bytesPerWeight">Bytes of a weight on its way.</param>
    /// <param name="peers">The ranks that hold the experts together; two at least.</param>
    public static double Tokens(Machine machine, OperandFormat format, int bytesPerWeight, GroupShape peers) =>
        bytesPerWeight / 2.0 * (machine.HeadlineFlops[(int)format] / machine.RanksPerChip) / BytesPerSecond(machine, peers);

    /// <summary>What one rank of a group can send over the slowest links that the group uses, B/s: all its links of that level, shared with the ranks that use the same ones.</summary>
    /// <exception cref="ArgumentException">A group of one rank has no links.</exception>
    public static double BytesPerSecond(Machine machine, GroupShape peers)
    {
        double slowest = double.PositiveInfinity;
        long below = 1;
        for (int index = 0; index < machine.Levels.Count; index++)
        {
            var level = machine.Levels[index];
            if (peers.Counts[index].Any(count => count > 1))
                // A unit of a torus has two neighbours in each dimension; on a switch, and without limit, it has one port.
                slowest = Math.Min(slowest, level.LinksPerUnit * level.BytesPerSecond.Sum(rate => level.Shape == LinkShape.Torus ? 2 * rate : rate) / below);
            below *= Math.Max(level.Units, 1);
        }
        return double.IsPositiveInfinity(slowest) ? throw new ArgumentException($"A group of {peers.Size} rank has no links.", nameof(peers)) : slowest;
    }
}
