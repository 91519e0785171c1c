using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>
/// Virtual time of one rank while the real program runs. Emitted code charges its statements and announces its collectives; a collective is settled at the next call, when the real one has brought the ranks together and
/// the arrivals of all are known.
/// </summary>
internal sealed class StepClock(ProgramCosts costs, MeetingTimes[] meetings, int[] indices)
{
    private readonly int[] places = new int[meetings.Length];
    private int pending = -1;
    private ExchangeLoad load;

    /// <summary>The rank's clock.</summary>
    public RankClock Clock { get; } = new(costs);

    /// <summary>Starts a step at zero.</summary>
    public void Begin()
    {
        pending = -1;
        Clock.Reset();
    }

    /// <summary>Charges statements; <paramref name="starts"/> are the rows of this rank's experts, where statements depend on them.</summary>
    public void Charge(int first, int last, int[]? starts)
    {
        Settle();
        for (int op = first; op <= last; op++)
            Clock.Charge(op, starts);
    }

    /// <summary>The part of the rank's experts that a statement is about.</summary>
    public ExpertChunk ChunkOf(int op) => costs.Program.Ops[op].Chunk;

    /// <summary>This rank is about to enter a collective.</summary>
    public void Meet(int op, in ExchangeLoad rows)
    {
        Settle();
        if (Clock.IsIdle(op, rows))
        {
            Clock.Forward(op);
            return;
        }
        (pending, load) = (op, rows);
        int group = Group(op);
        meetings[group].Arrive(indices[group], places[group], Clock.Arrival(op), rows.OnceRows);
    }

    /// <summary>Ends a step.</summary>
    public void End() => Settle();

    private int Group(int op) => (int)costs.Program.Ops[op].Collective!.Group;

    private void Settle()
    {
        if (pending < 0)
            return;
        int group = Group(pending);
        // The rows of tokens that travel once are all that a rank does not know of the others.
        Clock.Join(pending, meetings[group].Latest(places[group]), load with { OnceRows = meetings[group].MostRows(places[group]) });
        places[group] ^= 1;
        pending = -1;
    }
}
