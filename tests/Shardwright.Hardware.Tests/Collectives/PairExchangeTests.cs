namespace Shardwright.Hardware.Tests;

public class PairExchangeTests
{
    public static TheoryData<string, int, int> Groups
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (string machine in MachineCatalog.Names)
            {
                int instance = MachineCatalog.Get(machine).RanksPerInstance;
                foreach (var (size, stride) in new[] { (instance, 1), (2 * instance, 1), (4, instance), (Math.Max(2, instance / 2), 2), (6, 1), (1, 1) })
                    data.Add(machine, size, stride);
            }
            data.Add("trn2u.48xlarge", 64, 4);
            return data;
        }
    }

    [Theory, MemberData(nameof(Groups))]
    public void Cost_OfEvenPairs_IsTheCollectivesTime(string name, int size, int stride)
    {
        var machine = MachineCatalog.Get(name);
        var group = GroupShape.Of(machine, size, stride);
        const long Bytes = 1_000_003;
        var expected = CollectiveTime.Of(machine, CollectiveKind.AllToAll, group, size * Bytes);
        foreach (bool outerFirst in new[] { false, true })
        {
            var exchange = new PairExchange(machine, group, outerFirst);
            for (int pair = 0; pair < size * size; pair++)
                exchange.Add(pair / size, pair % size, Bytes);
            var cost = exchange.Cost();
            // On an irregular group the collective counts a switch of all its ranks, as here.
            Assert.Equal((expected.Picoseconds, expected.Latency, expected.Algorithm), (cost.Picoseconds, cost.Latency, cost.Algorithm));
            Assert.Equal(expected.LinkBytes, cost.LinkBytes, 1.0 + expected.LinkBytes * 1e-9);
        }
    }

    [Fact]
    public void Cost_OnATorus_IsThatOfItsBusiestLink()
    {
        // 16 chips of 4 ranks: every message walked link by link over the chips, x before y, half each way where both are two steps. Independent of the code under test.
        var machine = MachineCatalog.Get("trn2.48xlarge");
        var random = new SplitMix64(4);
        var exchange = new PairExchange(machine, GroupShape.Of(machine, 64, 1), outerFirst: false);
        for (int draw = 0; draw < 20; draw++)
        {
            exchange.Clear();
            var links = new Dictionary<(int Chip, string Direction), double>();
            double[] into = new double[64], outOf = new double[64];
            for (int message = 0; message < 40; message++)
            {
                int source = random.NextInt(64), target = random.NextInt(64), bytes = 1 + random.NextInt(1 << 28);
                exchange.Add(source, target, bytes);
                if (source % 4 != target % 4)
                {
                    // Inside the chip first, then over chips to the same place.
                    outOf[source] += bytes;
                    into[source / 4 * 4 + target % 4] += bytes;
                }
                int x = source / 4 % 4, y = source / 16, toX = target / 4 % 4, toY = target / 16;
                Walk(x, toX, at => at + 4 * y, "x", bytes);
                Walk(y, toY, at => toX + 4 * at, "y", bytes);
            }
            double busiest = links.Values.Append(0).Max() / 128e9, inside = Math.Max(into.Max(), outOf.Max()) / (2 * 181.25e9);
            var cost = exchange.Cost();
            Assert.Equal(Math.Max(busiest, inside) * 1e12, cost.Picoseconds - cost.Latency, 1.0);

            void Walk(int from, int to, Func<int, int> chip, string dimension, double bytes)
            {
                int up = (to - from + 4) % 4;
                foreach (var (steps, direction, share) in up switch { 0 => [], 1 => [(1, 1, 1.0)], 3 => [(1, -1, 1.0)], _ => new[] { (2, 1, 0.5), (2, -1, 0.5) } })
                    for (int step = 0; step < steps; step++)
                    {
                        var link = (chip((from + direction * step + 4) % 4), $"{dimension}{direction}");
                        links[link] = links.GetValueOrDefault(link) + bytes * share;
                    }
            }
        }
    }

    [Fact]
    public void Cost_OnASwitch_IsThatOfTheBusiestPort()
    {
        // Eight chips of one rank, 100 GB/s a port: the receiver of two messages decides.
        var machine = TestMachines.Plain();
        var exchange = new PairExchange(machine, GroupShape.Of(machine, 8, 1), outerFirst: true);
        exchange.Add(0, 3, 100_000_000);
        exchange.Add(1, 3, 150_000_000);
        exchange.Add(3, 0, 200_000_000);
        exchange.Add(5, 5, 900_000_000);
        var cost = exchange.Cost();
        Assert.Equal(2_500_000_000, cost.Picoseconds - cost.Latency);
    }

    [Theory]
    [InlineData("trn2u.48xlarge", 64, 4)]
    [InlineData("trn2u.48xlarge", 128, 1)]
    [InlineData("trn3.ultraserver64", 64, 4)]
    [InlineData("trn2.48xlarge", 128, 1)]
    public void Cost_OfTheWayBack_IsTheSame(string name, int size, int stride)
    {
        var machine = MachineCatalog.Get(name);
        var group = GroupShape.Of(machine, size, stride);
        PairExchange there = new(machine, group, outerFirst: true), back = new(machine, group, outerFirst: false);
        var random = new SplitMix64(8);
        for (int message = 0; message < 500; message++)
        {
            int source = random.NextInt(size), target = random.NextInt(size), bytes = random.NextInt(1 << 26);
            there.Add(source, target, bytes);
            back.Add(target, source, bytes);
        }
        Assert.Equal(there.Cost(), back.Cost());
    }

    [Fact]
    public void Cost_AfterConstruction_AllocatesNothing()
    {
        var machine = MachineCatalog.Get("trn2u.48xlarge");
        var exchange = new PairExchange(machine, GroupShape.Of(machine, 128, 1), outerFirst: true);
        exchange.Cost();
        long before = GC.GetAllocatedBytesForCurrentThread();
        exchange.Clear();
        exchange.Add(0, 100, 1000);
        exchange.Cost();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
