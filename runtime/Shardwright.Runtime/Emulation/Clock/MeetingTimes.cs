namespace Shardwright.Execution;

/// <summary>
/// When the ranks of a group arrived at their last two collectives. A rank writes before a collective and reads after it; no peer can be more than one collective of the group ahead, so two places a rank suffice,
/// and the collective itself orders writes and reads.
/// </summary>
internal sealed class MeetingTimes(int size)
{
    // A cache line a rank and place: writers do not disturb each other.
    private const int Stride = 16;

    private readonly long[] arrivals = new long[size * Stride];

    public void Arrive(int index, int place, long time) => Volatile.Write(ref arrivals[index * Stride + place], time);

    public long Latest(int place)
    {
        long latest = 0;
        for (int index = 0; index < size; index++)
            latest = Math.Max(latest, Volatile.Read(ref arrivals[index * Stride + place]));
        return latest;
    }
}
