using System.Diagnostics;
using System.Text;

namespace Shardwright.Execution;

/// <summary>
/// Looks at the ranks from time to time while the caller waits for them. Finds a deadlock (every rank waits or has ended, which no rank can undo) within two looks, and a
/// stall (a rank that runs without progress for longer than the heartbeat). Allocates nothing until it finds one.
/// </summary>
internal sealed class Watch(RankState[] ranks, TimeSpan heartbeat)
{
    private readonly int[] progress = new int[ranks.Length];
    private readonly long[] since = new long[ranks.Length];
    private bool stuckBefore;

    /// <summary>Milliseconds between two looks.</summary>
    public int Interval { get; } = heartbeat > TimeSpan.Zero ? (int)Math.Clamp(heartbeat.TotalMilliseconds / 4, 5, 100) : 100;

    public void Start()
    {
        stuckBefore = false;
        for (int rank = 0; rank < ranks.Length; rank++)
            (progress[rank], since[rank]) = (ranks[rank].Progress, Environment.TickCount64);
    }

    /// <summary>The failure found, or null.</summary>
    public ClusterException? Look()
    {
        bool moved = NoteProgress();
        // A deadlock needs one consistent moment: between two looks without any progress, every rank was seen waiting or ended.
        bool stuck = !moved && AllStuck();
        bool deadlock = stuck && stuckBefore;
        stuckBefore = stuck;
        return deadlock ? Deadlock() : Stall();
    }

    private bool NoteProgress()
    {
        bool moved = false;
        for (int rank = 0; rank < ranks.Length; rank++)
        {
            int now = ranks[rank].Progress;
            // A rank that can run but has no core yet is not slow: others are.
            if (now == progress[rank] && !ranks[rank].Seat.Asleep)
                continue;
            moved |= now != progress[rank];
            (progress[rank], since[rank]) = (now, Environment.TickCount64);
        }
        return moved;
    }

    private bool AllStuck()
    {
        bool waiting = false;
        foreach (var rank in ranks)
        {
            if (rank.WaitsIn is not null)
                waiting = true;
            else if (!rank.Finished)
                return false;
        }
        return waiting;
    }

    private ClusterException Deadlock()
    {
        // The culprit is a rank that ended early, else one that waits elsewhere than the first.
        var first = ranks.First(rank => !rank.Finished);
        var culprit = ranks.FirstOrDefault(rank => rank.Finished)
            ?? ranks.FirstOrDefault(rank => rank.Operation != first.Operation) ?? first;
        return new(new StringBuilder(culprit.Finished
                ? $"Rank {culprit.Rank} ended after '{culprit.Operation}' while its peers still wait for it. "
                : $"Ranks wait for each other in different collectives: rank {culprit.Rank} in '{culprit.Operation}', rank {first.Rank} in '{first.Operation}'. ")
            .Append("Every rank of a group must call the same collectives in the same order. Now: ").Append(Places()).Append('.').ToString(), culprit.Rank, culprit.Operation);
    }

    private ClusterException? Stall()
    {
        if (heartbeat <= TimeSpan.Zero || Debugger.IsAttached)
            return null;
        long now = Environment.TickCount64;
        for (int rank = 0; rank < ranks.Length; rank++)
            if (!ranks[rank].Finished && ranks[rank].WaitsIn is null && now - since[rank] > heartbeat.TotalMilliseconds)
                return new(FormattableString.Invariant($"Rank {rank} has made no progress for {(now - since[rank]) / 1000.0:0.0} s after '{ranks[rank].Operation}' (heartbeat {heartbeat.TotalSeconds:0.###} s). ")
                    + $"If its computation may take that long, raise TrainerOptions.Heartbeat. Now: {Places()}.", rank, ranks[rank].Operation);
        return null;
    }

    private string Places()
    {
        const int shown = 8;
        string places = string.Join("; ", ranks.Take(shown).Select(rank => $"rank {rank.Rank} " + (rank.Finished ? "ended"
            : rank.WaitsIn is { } group ? $"waits in '{rank.Operation}' ({group.Name})" : $"runs after '{rank.Operation}'")));
        return ranks.Length > shown ? places + $"; {ranks.Length - shown} more" : places;
    }
}
