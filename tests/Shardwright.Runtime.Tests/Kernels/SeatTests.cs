using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class SeatTests
{
    [Fact]
    public void Grant_BeforeTheThreadSleeps_IsKept()
    {
        var seat = new Seat();
        seat.Sit();
        seat.Grant(Places.Anywhere);
        seat.Sleep();
        Assert.False(seat.Asleep);
    }

    [Fact]
    public void Grant_ManyTimes_WakesOnceEach()
    {
        var (seat, back) = (new Seat(), new Seat());
        back.Sit();
        int woken = 0;
        var thread = new Thread(() =>
        {
            seat.Sit();
            back.Grant(Places.Anywhere);
            for (int i = 0; i < 1000; i++)
            {
                seat.Sleep();
                woken++;
                back.Grant(Places.Anywhere);
            }
        });
        thread.Start();
        back.Sleep();
        for (int i = 0; i < 1000; i++)
        {
            seat.Grant(LinuxThreads.Available ? LinuxThreads.Allowed[i % LinuxThreads.Allowed.Length] : Places.Anywhere);
            back.Sleep();
            Assert.Equal(i + 1, woken);
        }
        thread.Join();
    }

    [Fact]
    public void Grant_OnAProcessor_LeavesTheThreadFreeToRunOnAny()
    {
        Assert.SkipUnless(LinuxThreads.Available, "Linux alone lets a program say where a thread wakes.");
        ulong[] before = [], after = [];
        var seat = new Seat();
        using var ready = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            seat.Sit();
            before = LinuxThreads.Processors();
            ready.Set();
            seat.Sleep();
            after = LinuxThreads.Processors();
        });
        thread.Start();
        ready.Wait();
        seat.Grant(LinuxThreads.Allowed[^1]);
        thread.Join();
        Assert.Equal(before, after);
    }

    [Fact]
    public void Places_TakenAndReturned_AreThoseThatNobodyHolds()
    {
        var places = new Places(cores: 3, free: 2, bound: false);
        Assert.Equal([0, 1], [places.Take(), places.Take()]);
        Assert.Equal(0, places.Count);
        places.Return(2);
        Assert.Equal((1, 2, 0), (places.Count, places.Take(), places.Count));
        Assert.Equal(Places.Anywhere, places.Processor(1));
    }

    [Fact]
    public void Places_Opened_GiveEverybodyACore()
    {
        var places = new Places(cores: 1, free: 0, bound: true);
        places.Open();
        Assert.Equal([Places.Anywhere, Places.Anywhere], [places.Take(), places.Take()]);
        Assert.True(places.Count > 0);
    }
}
