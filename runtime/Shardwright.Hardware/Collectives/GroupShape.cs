namespace Shardwright.Hardware;

/// <summary>How the ranks of a group lie on a machine: how many of its members differ in each dimension of each level. Ranks are numbered innermost level first.</summary>
/// <param name="Size">Ranks of the group.</param>
/// <param name="Counts">For every level of the machine and every dimension of it, how many different units the group uses: [level][dimension].</param>
public sealed record GroupShape(int Size, IReadOnlyList<IReadOnlyList<int>> Counts)
{
    /// <summary>The group of ranks 0, stride, 2 · stride, …</summary>
    public static GroupShape Of(Machine machine, int size, int stride) => throw new NotImplementedException();
}
