namespace Shardwright.Execution;

/// <summary>
/// When the ranks of a group arrived at their last two collectives, and with how many rows where only they know. A rank writes before a collective and reads after it; no peer can be more than one collective of the group ahead, so two places a rank suffice,
/// and the collective itself orders writes and reads.
/// </summary>
internal sealed class MeetingTimes(int size)
{
    // A cache line a rank and place: writers do not disturb each other.
    private const int Stride = 16, Rows = 2;

    private readonly long[] arrivals = new long[size * Stride];

    public void Arrive(int index, int place, long time, long rows)
    {
        Volatile.Write(ref arrivals[index * Stride + Rows + place], rows);
        Volatile.Write(ref arrivals[index * Stride + place], time);
    }

    public long Latest(int place) => Most(place);

    public long MostRows(int place) => Most(Rows + place);

    private long Most(int place)
    {
        long most = 0;
        for (int index = 0; index < size; index++)
            most = Math.Max(most, Volatile.Read(ref arrivals[index * Stride + place]));
        return most;
    }
}
