namespace Shardwright.Hardware;

/// <summary>Whom a rank sends to in an algorithm, along some axes.</summary>
internal enum PeerPattern
{
    /// <summary>The next rank of a ring through all ranks of the axes.</summary>
    Next,

    /// <summary>All other ranks of the axes; a rank further away costs as many bytes more as there are more links on the way.</summary>
    All,

    /// <summary>Along each axis, the partners at distances 1, 2, 4 and so on.</summary>
    Partners,

    /// <summary>Along each axis, the neighbours on both sides.</summary>
    Neighbours,

    /// <summary>The ranks before and behind it: parent and child of most nodes in a tree whose branches are chains.</summary>
    Chain,
}

/// <summary>A part of an algorithm's traffic.</summary>
/// <param name="Pattern">Whom a rank sends to.</param>
/// <param name="Axes">Along which axes, innermost first.</param>
/// <param name="SentPerByte">Bytes over links that one rank causes, for each byte of the collective.</param>
internal sealed record CollectiveFlow(PeerPattern Pattern, IReadOnlyList<Axis> Axes, double SentPerByte)
{
    /// <summary>The rule of <see cref="Visit"/> in words, for reports.</summary>
    public const string Rule = "A rank's link bytes go: ring and KangaRing to the next rank of the group; mesh and all-to-all to all others of the level, in proportion to the links on the way; recursive halving/doubling to the partners at distances 1, 2, 4 … along each dimension; "
        + "torus to the neighbours on both sides of each dimension; tree to the ranks before and behind. A hierarchical algorithm does one inside instances and one between them, among ranks of the same place.";

    /// <summary>Names each peer of a rank with a weight: its part of <see cref="SentPerByte"/> is weight ÷ sum of weights.</summary>
    /// <param name="place">The rank's place along each of <see cref="Axes"/>.</param>
    /// <param name="visit">Receives the peer's place, in an array that is used again, and the weight.</param>
    public void Visit(int[] place, Action<int[], double> visit)
    {
        int[] peer = [.. place];
        switch (Pattern)
        {
            case PeerPattern.Next:
                Shift(peer, 1);
                visit(peer, 1);
                break;
            case PeerPattern.Chain:
                Shift(peer, 1);
                visit(peer, 1);
                place.CopyTo(peer, 0);
                Shift(peer, -1);
                visit(peer, 1);
                break;
            case PeerPattern.All:
                Everyone(place, peer, 0, 0, visit);
                break;
            default:
                AlongEachAxis(place, peer, visit);
                break;
        }
    }

    private void AlongEachAxis(int[] place, int[] peer, Action<int[], double> visit)
    {
        for (int i = 0; i < Axes.Count; i++)
        {
            int count = Axes[i].Count, at = place[i];
            if (Pattern == PeerPattern.Partners)
                for (int distance = 1; distance < count; distance *= 2)
                    To(i, at ^ distance, RecursiveHalvingDoubling.Hops(Axes[i], distance));
            else
            {
                To(i, (at + 1) % count, 1);
                To(i, (at + count - 1) % count, 1);
            }
            peer[i] = at;
        }

        void To(int axis, int at, double weight)
        {
            peer[axis] = at;
            visit(peer, weight);
        }
    }

    private void Everyone(int[] place, int[] peer, int axis, double hops, Action<int[], double> visit)
    {
        if (axis == Axes.Count)
        {
            if (hops > 0)
                visit(peer, hops);
            return;
        }
        for (int at = 0; at < Axes[axis].Count; at++)
        {
            peer[axis] = at;
            Everyone(place, peer, axis + 1, hops + Hops(Axes[axis], Math.Abs(at - place[axis])), visit);
        }
    }

    private static int Hops(Axis axis, int distance) => axis.IsSwitch ? Math.Min(distance, 1) : axis.Wraps ? Math.Min(distance, axis.Count - distance) : distance;

    /// <summary>Counts on in the mixed radix of the axes, around the end.</summary>
    private void Shift(int[] peer, int by)
    {
        for (int i = 0; i < peer.Length; i++)
        {
            int count = Axes[i].Count, moved = peer[i] + by;
            peer[i] = (moved + count) % count;
            if (moved >= 0 && moved < count)
                return;
        }
    }
}
