namespace Shardwright.Hardware;

/// <summary>
/// One of several parts of a rank's experts: their rows travel in an exchange of their own, so that the next part's travel while these are computed. An expert's rows are never divided, so parts change no sum. Replicas belong to the last part.
/// </summary>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">How many parts; 0 and 1 are all experts at once.</param>
public readonly record struct ExpertChunk(int Index, int Count)
{
    /// <summary>Whether it is all experts.</summary>
    public bool IsWhole => Count < 2;

    /// <summary>Whether replicas belong to it.</summary>
    public bool IsLast => Index >= Count - 1;

    /// <summary>Its first expert among those of a rank.</summary>
    /// <param name="experts">Experts of a rank.</param>
    public int First(int experts) => IsWhole ? 0 : (int)((long)experts * Index / Count);

    /// <summary>One past its last expert among those of a rank.</summary>
    /// <param name="experts">Experts of a rank.</param>
    public int End(int experts) => IsWhole ? experts : (int)((long)experts * (Index + 1) / Count);
}
