using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>Tokens that travel once to a rank: the rows that a copy for each expert brings, in fewer bytes.</summary>
public sealed class ExchangeOnceTests
{
    private const int Columns = 21, Sequences = 2, Rows = 9, Tokens = Sequences * Rows, ExpertCount = 8;

    public static TheoryData<int, int, int, int> Cases { get; } =
        new(from mesh in new[] { (1, 1), (2, 2), (4, 2), (4, 4), (8, 8) } from topK in new[] { 1, 2, 5, 8 } from capacity in new[] { int.MaxValue, 2 } select (mesh.Item1, mesh.Item2, topK, capacity));

    [Theory, MemberData(nameof(Cases))]
    public void Rows_AreThoseOfACopyForEachExpert(int data, int expert, int topK, int capacity)
    {
        using var cluster = new EmulatedCluster(data, expert);
        long[] numbered = new long[data], travelled = new long[data];
        cluster.Run(rank =>
        {
            using var arena = new Arena(rank, 0, 1 << 20, 1 << 20, []);
            var (copies, once) = (Exchange(cluster, arena, rank, Dispatch.Variable, topK, capacity), Exchange(cluster, arena, rank, Dispatch.Once, topK, capacity));
            int[] counts = [.. Enumerable.Range(0, data).SelectMany(source => Counts(source, topK))], slots = Slots(rank, topK, capacity);
            float[] x = Ranks.Values(rank, Tokens * Columns), gates = Ranks.Values(100 + rank, Tokens * topK), sent = new float[Tokens * topK * Columns], numbers = new float[2 * Tokens * topK];
            x[0] = -0f;
            copies.Open(counts);
            once.Open(counts);
            float[] expected = new float[copies.Rows * Columns], expectedGates = new float[copies.Rows], arrived = new float[expected.Length], received = new float[expected.Length], places = new float[2 * copies.Rows];
            Kernels.Permute(x, slots, sent, Tokens, topK, Columns);
            copies.Dispatch(sent, expected, Columns);
            for (int copy = 0; copy < slots.Length; copy++)
                sent[slots[copy]] = gates[copy];
            copies.Dispatch(sent.AsSpan(0, Tokens * topK), expectedGates, 1);
            var peers = cluster.ExpertPeers(rank);
            long before = peers.BytesSent(Collective.AllToAll);

            once.Number(slots, numbers.AsSpan(0, Tokens * topK));
            once.SendNumbers(numbers.AsSpan(0, Tokens * topK), places.AsSpan(0, copies.Rows), columns: 1);
            Array.Fill(sent, float.NaN);
            Kernels.PermuteOnce(x, slots, numbers.AsSpan(0, Tokens * topK), sent, Tokens, topK, Columns);
            numbered[rank] = peers.BytesSent(Collective.AllToAll) - before;
            once.DispatchOnce(sent, arrived, Columns);
            travelled[rank] = peers.BytesSent(Collective.AllToAll) - before - numbered[rank];
            Kernels.SpreadRows(arrived, places.AsSpan(0, copies.Rows), received, Columns);
            Assert.Equal(Ranks.Bits(expected), Ranks.Bits(received));

            once.Number(slots, numbers, gates);
            once.SendNumbers(numbers, places, columns: 2);
            Kernels.PermuteOnce(x, slots, numbers, sent, Tokens, topK, Columns);
            once.DispatchOnce(sent, arrived, Columns, elementBytes: 2);
            Kernels.SpreadRows(arrived, places, received, Columns, gated: true);
            Assert.Equal(Ranks.Bits([.. expected.Select((value, i) => expectedGates[i / Columns] * value)]), Ranks.Bits(received));
        });
        for (int rank = 0; rank < data; rank++)
        {
            var away = Kept(rank, topK, capacity).Where(copy => Target(copy.Expert, expert) != rank % expert).ToList();
            Assert.Equal(4L * away.Count, numbered[rank]);
            Assert.Equal(4L * Columns * away.Select(copy => (copy.Token, Target(copy.Expert, expert))).Distinct().Count(), travelled[rank]);
        }
    }

    [Fact]
    public void Numbers_WithoutOnceOrOfOtherLengths_SayWhatTheyNeed()
    {
        using var cluster = new EmulatedCluster(1);
        using var arena = new Arena(0, 0, 1 << 20, 1 << 20, []);
        var (copies, once) = (Exchange(cluster, arena, 0, Dispatch.Variable, 2, int.MaxValue), Exchange(cluster, arena, 0, Dispatch.Once, 2, int.MaxValue));
        int[] slots = Slots(0, 2, int.MaxValue);

        Assert.Contains("experts dispatch: rows are numbered with Dispatch.Once alone", Assert.Throws<InvalidOperationException>(() => copies.Number(slots, new float[36])).Message, StringComparison.Ordinal);
        Assert.Contains("experts row numbers: got 36 slots, 36 gates and room for 36 numbers, need 36 slots, as many gates or none, and 72 elements", Assert.Throws<ArgumentException>(() => once.Number(slots, new float[36], new float[36])).Message, StringComparison.Ordinal);
        float[] wrong = [BitConverter.Int32BitsToSingle(1), BitConverter.Int32BitsToSingle(2)];
        Assert.Contains("numbers[1] is 2; need less than 2", Assert.Throws<ArgumentException>(() => Kernels.PermuteOnce(new float[2], [0, 1], wrong, new float[4], 1, 2, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("places[1] is 2; need 0 to 1", Assert.Throws<ArgumentException>(() => Kernels.SpreadRows(new float[4], wrong, new float[4], 2)).Message, StringComparison.Ordinal);
    }

    private static ExpertExchange Exchange(EmulatedCluster cluster, Arena arena, int rank, Dispatch lowering, int topK, int capacity) =>
        new(cluster.World(rank), cluster.ExpertPeers(rank), arena.Routed, "experts", ExpertCount, topK, Sequences, Rows, lowering, capacity: capacity);

    private static int Target(int expert, int ranks) => expert * ranks / ExpertCount;

    // Different experts for the copies of a token, in an order that depends on it.
    private static int Expert(int rank, int token, int copy) => (token * token + 3 * rank + copy * (1 + token % 2 * 2)) % ExpertCount;

    /// <summary>Copies in send order: those that are kept by expert and token, then those that are dropped.</summary>
    private static List<(int Expert, int Token, int Copy)> InSendOrder(int rank, int topK, int capacity)
    {
        var all = (from token in Enumerable.Range(0, Tokens) from copy in Enumerable.Range(0, topK) select (Expert: Expert(rank, token, copy), Token: token, Copy: copy)).OrderBy(copy => copy.Expert).ThenBy(copy => copy.Token).ToList();
        var kept = all.GroupBy(copy => (copy.Expert, copy.Token / Rows)).SelectMany(own => own.Take(capacity)).ToHashSet();
        return [.. all.Where(kept.Contains), .. all.Where(copy => !kept.Contains(copy))];
    }

    private static List<(int Expert, int Token, int Copy)> Kept(int rank, int topK, int capacity) =>
        [.. InSendOrder(rank, topK, int.MaxValue).GroupBy(copy => (copy.Expert, copy.Token / Rows)).SelectMany(own => own.Take(capacity))];

    private static int[] Slots(int rank, int topK, int capacity)
    {
        int[] slots = new int[Tokens * topK];
        foreach (var (row, copy) in InSendOrder(rank, topK, capacity).Index())
            slots[copy.Token * topK + copy.Copy] = row;
        return slots;
    }

    private static IEnumerable<int> Counts(int rank, int topK) =>
        from expert in Enumerable.Range(0, ExpertCount)
        from sequence in Enumerable.Range(0, Sequences)
        select InSendOrder(rank, topK, int.MaxValue).Count(copy => copy.Expert == expert && copy.Token / Rows == sequence);
}
