namespace Shardwright.Execution;

/// <summary>Where one thread sleeps until it is given a core. A grant that comes before the thread sleeps is kept.</summary>
internal sealed class Seat
{
    private readonly object bell = new();
    private bool granted;
    private volatile bool asleep;

    /// <summary>Whether the thread waits for a core, which is nobody's stall.</summary>
    public bool Asleep => asleep;

    public void Grant()
    {
        lock (bell)
        {
            granted = true;
            Monitor.Pulse(bell);
        }
    }

    public void Sleep()
    {
        lock (bell)
        {
            asleep = true;
            while (!granted)
                Monitor.Wait(bell);
            (granted, asleep) = (false, false);
        }
    }
}
