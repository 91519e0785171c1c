namespace Shardwright.Hardware;

/// <summary>
/// The turns in which a running sum over each expert's rows passes from instance to instance and ends at home (<see cref="SplitOrder.Contiguous"/>): all first instances sum at the same time, then all second ones. What they hand on, and what ranks wait for.
/// </summary>
public sealed class SumTurns
{
    private readonly ExpertLayout layout;
    private readonly int[] rows, gives, gets;

    /// <summary>One turn for every expert.</summary>
    /// <param name="layout">Experts and ranks of the splits to come.</param>
    public SumTurns(ExpertLayout layout)
    {
        this.layout = layout;
        (rows, gives, gets) = (new int[layout.Ranks], new int[layout.Ranks], new int[layout.Ranks]);
    }

    /// <summary>Turns: instances of the expert that has most.</summary>
    public int Turns { get; private set; } = 1;

    /// <summary>Running sums that the busiest rank of a turn hands on or is handed, added up over the turns: what lasts longest when sums move.</summary>
    public int HandedSums { get; private set; }

    /// <summary>Rows by which the turns' busiest ranks exceed the busiest rank: what ranks wait for when sums move.</summary>
    public int WaitedRows { get; private set; }

    /// <summary>Takes the instances of a split. Allocates nothing.</summary>
    public void Fill(TokenSplit split)
    {
        Turns = 1;
        for (int expert = 0; expert < layout.Experts; expert++)
            Turns = Math.Max(Turns, split.First[expert + 1] - split.First[expert]);
        (HandedSums, WaitedRows) = (0, -Busiest(split, -1).Rows);
        for (int turn = 0; turn < Turns; turn++)
        {
            var (most, sums) = Busiest(split, turn);
            (HandedSums, WaitedRows) = (HandedSums + sums, WaitedRows + most);
        }
    }

    /// <summary>Rows of the rank that has most in a turn, and sums that the rank hands on or is handed which does most of that behind it; for turn −1 of all turns at once.</summary>
    private (int Rows, int Sums) Busiest(TokenSplit split, int turn)
    {
        Array.Clear(rows, 0, rows.Length);
        Array.Clear(gives, 0, gives.Length);
        Array.Clear(gets, 0, gets.Length);
        for (int expert = 0; expert < layout.Experts; expert++)
            for (int instance = split.First[expert]; instance < split.First[expert + 1]; instance++)
            {
                if (turn >= 0 && instance - split.First[expert] != turn)
                    continue;
                foreach (int[] source in split.Tokens)
                    rows[split.InstanceRank[instance]] += source[instance];
                if (instance + 1 == split.First[expert + 1])
                    continue;
                gives[split.InstanceRank[instance]]++;
                gets[split.InstanceRank[instance + 1]]++;
            }
        return (Most(rows), Math.Max(Most(gives), Most(gets)));
    }

    private static int Most(int[] numbers)
    {
        int most = 0;
        foreach (int number in numbers)
            most = Math.Max(most, number);
        return most;
    }
}
