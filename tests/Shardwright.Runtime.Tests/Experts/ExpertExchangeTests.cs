using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class ExpertExchangeTests
{
    private const int Columns = 5, Sequences = 2, Rows = 3, TopK = 2, ExpertCount = 8;
    private const int Sent = Sequences * Rows * TopK;

    public enum Routing { Mixed, AllToOneExpert, OneRankGetsNothing }

    public static TheoryData<int, int, Routing> Cases { get; } =
        new(from mesh in new[] { (1, 1), (2, 2), (4, 2), (4, 4), (6, 2), (8, 8) } from routing in Enum.GetValues<Routing>() select (mesh.Item1, mesh.Item2, routing));

    [Theory, MemberData(nameof(Cases))]
    public void Exchange_AnyLowering_PlacesRowsByExpertSourceAndToken(int data, int expert, Routing routing)
    {
        foreach (var lowering in new[] { Dispatch.Variable, Dispatch.Padded, Dispatch.Gathered })
        {
            var ranks = Run(data, expert, routing, lowering);
            for (int rank = 0; rank < data; rank++)
                Assert.Equal(ExpectedRows(rank, expert, routing), ranks[rank].Received);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Return_AfterDispatch_IsTheIdentityToTheBitInEveryLowering(int data, int expert, Routing routing)
    {
        foreach (var lowering in new[] { Dispatch.Variable, Dispatch.Padded, Dispatch.Gathered })
            foreach (var (rank, result) in Run(data, expert, routing, lowering).Index())
                Assert.Equal(Ranks.Bits(SentRows(rank)), Ranks.Bits(result.Returned));       // −0 and denormals included
    }

    [Theory, MemberData(nameof(Cases))]
    public void Segments_OfEachExpert_CountEverySequenceOfTheGroup(int data, int expert, Routing routing)
    {
        foreach (var (rank, result) in Run(data, expert, routing, Dispatch.Variable).Index())
        {
            int locals = ExpertCount / expert, firstPeer = rank / expert * expert;
            var expected = from local in Enumerable.Range(0, locals)
                           from source in Enumerable.Range(firstPeer, expert)
                           from sequence in Enumerable.Range(0, Sequences)
                           select Copies(source, routing).Count(copy => copy.Expert == rank % expert * locals + local && copy.Token / Rows == sequence);
            Assert.Equal(expected, result.Lengths);
            Assert.Equal(Enumerable.Range(0, ExpertCount).Select(e => Enumerable.Range(0, data).Sum(source => Copies(source, routing).Count(copy => copy.Expert == e))), result.Totals);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void OffRankBytes_OfTheVariableLowering_EqualARecountFromTheRouting(int data, int expert, Routing routing)
    {
        long copies = (from rank in Enumerable.Range(0, data) from copy in Copies(rank, routing) where copy.Expert / (ExpertCount / expert) != rank % expert select copy).LongCount();
        Assert.Equal(2 * copies * Columns * sizeof(float), Run(data, expert, routing, Dispatch.Variable)[0].AllToAllBytes);
    }

    [Fact]
    public void ScratchBytes_OfTheLowerings_CountWhatTheStackSees()
    {
        foreach (var result in Run(4, 4, Routing.AllToOneExpert, Dispatch.Padded))
            Assert.Equal(2 * 4 * Sent * Columns * sizeof(float), result.HighWater);        // every block as large as the one full block
        foreach (var result in Run(4, 4, Routing.Mixed, Dispatch.Gathered))
            Assert.Equal(4 * Sent * Columns * sizeof(float), result.HighWater);
        Assert.All(Run(4, 4, Routing.Mixed, Dispatch.Variable), result => Assert.Equal(0, result.HighWater));
    }

    [Fact]
    public void Open_CountsThatDoNotAddUp_NamesGotAndNeed()
    {
        using var cluster = new EmulatedCluster(1);
        using var arena = new Arena(0, 0, 0, 1024, []);
        var exchange = new ExpertExchange(cluster.World(0), cluster.ExpertPeers(0), arena.Routed, "Blocks[*].Experts", 4, 2, 1, 3, Dispatch.Variable);
        Assert.Contains("Blocks[*].Experts: the counts of peer 0 sum to 5 copies, need 6", Assert.Throws<ArgumentException>(() => exchange.Open([1, 2, 2, 0])).Message);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Exchange_WithCapacity_MovesWhatIsKeptAndReturnsZerosForTheRest(int data, int expert, Routing routing)
    {
        foreach (var lowering in new[] { Dispatch.Variable, Dispatch.Padded, Dispatch.Gathered })
            foreach (var (rank, result) in Run(data, expert, routing, lowering, capacity: 2).Index())
            {
                int kept = Kept(rank, routing).Length, locals = ExpertCount / expert, firstPeer = rank / expert * expert;
                var expected = from local in Enumerable.Range(0, locals)
                               from source in Enumerable.Range(firstPeer, expert)
                               from slot in Kept(source, routing).Index()
                               where slot.Item.Expert == rank % expert * locals + local
                               from column in Enumerable.Range(0, Columns)
                               select SentRows(source)[slot.Index * Columns + column];
                Assert.Equal(expected, result.Received);
                Assert.Equal(Ranks.Bits([.. SentRows(rank).AsSpan(0, kept * Columns), .. new float[(Sent - kept) * Columns]]), Ranks.Bits(result.Returned));
                Assert.Equal(Enumerable.Range(0, ExpertCount).Select(e => Enumerable.Range(0, data).Sum(source => Copies(source, routing).Count(copy => copy.Expert == e))), result.Totals);
                Assert.Equal(Enumerable.Range(0, data).Sum(source => Kept(source, routing).Length), result.Computed);
            }

        // A sequence sends an expert no more than two.
        static (int Expert, int Token)[] Kept(int rank, Routing routing) => [.. Copies(rank, routing).GroupBy(copy => (copy.Expert, copy.Token / Rows)).SelectMany(own => own.Take(2))];
    }

    private sealed record Result(float[] Received, float[] Returned, int[] Lengths, int[] Totals, long HighWater, long AllToAllBytes, int Computed);

    private static Result[] Run(int data, int expert, Routing routing, Dispatch lowering, int capacity = int.MaxValue)
    {
        using var cluster = new EmulatedCluster(data, expert);
        var results = new Result[data];
        cluster.Run(rank =>
        {
            using var arena = new Arena(rank, 0, 1 << 20, 1 << 20, []);
            var exchange = new ExpertExchange(cluster.World(rank), cluster.ExpertPeers(rank), arena.Routed, "experts", ExpertCount, TopK, Sequences, Rows, lowering, capacity: capacity);
            exchange.Open([.. Enumerable.Range(0, data).SelectMany(source => Counts(source, routing))]);
            float[] received = new float[exchange.Rows * Columns], returned = new float[Sent * Columns];
            exchange.Dispatch(SentRows(rank), received, Columns);
            exchange.Return(received, returned, Columns);
            var lengths = new List<int>();
            for (int local = 0; local < exchange.LocalExperts; local++)
            {
                var segments = exchange.Sequences(local);
                Assert.Equal(exchange.Count(local), segments.Rows);
                for (int i = 0; i < segments.Count; i++)
                    lengths.Add(segments.End(i) - segments.Start(i));
            }
            long scratch = Math.Max(arena.Routed.HighWaterBytes, 0);
            Assert.Equal((exchange.ScratchBytes(Columns) + 63) / 64 * 64, scratch);
            results[rank] = new(received, returned, [.. lengths], exchange.TotalCounts.ToArray(), exchange.ScratchBytes(Columns), 0, exchange.KeptCounts.ToArray().Sum());
        });
        return [.. results.Select(result => result with { AllToAllBytes = cluster.BytesSent(Collective.AllToAll) })];
    }

    // In slot order: by expert, then token.
    private static (int Expert, int Token)[] Copies(int rank, Routing routing)
        => [.. from token in Enumerable.Range(0, Sequences * Rows) from choice in Enumerable.Range(0, TopK)
               let expert = routing switch
               {
                   Routing.AllToOneExpert => 3,
                   Routing.OneRankGetsNothing => ExpertCount - 1 - (token + choice + rank) % 2,
                   _ => (token * 5 + choice * 3 + rank * 2) % ExpertCount,
               }
               orderby expert, token
               select (expert, token)];

    private static IEnumerable<int> Counts(int rank, Routing routing)
        => from expert in Enumerable.Range(0, ExpertCount)
           from sequence in Enumerable.Range(0, Sequences)
           select Copies(rank, routing).Count(copy => copy.Expert == expert && copy.Token / Rows == sequence);

    private static float[] SentRows(int rank)
    {
        float[] rows = Ranks.Values(100 + rank, Sent * Columns);
        (rows[0], rows[1], rows[2]) = (-0f, float.Epsilon, -float.Epsilon);
        return rows;
    }

    private static IEnumerable<float> ExpectedRows(int rank, int expert, Routing routing)
    {
        int locals = ExpertCount / expert, firstPeer = rank / expert * expert;
        return from local in Enumerable.Range(0, locals)
               from source in Enumerable.Range(firstPeer, expert)
               from slot in Copies(source, routing).Index()
               where slot.Item.Expert == rank % expert * locals + local
               from column in Enumerable.Range(0, Columns)
               select SentRows(source)[slot.Index * Columns + column];
    }
}
