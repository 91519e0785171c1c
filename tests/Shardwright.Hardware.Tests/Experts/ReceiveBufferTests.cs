namespace Shardwright.Hardware.Tests.Experts;

public sealed class ReceiveBufferTests
{
    // 64 expert ranks, 8,192 tokens a rank of width 7168 in bfloat16, top-8 of 256 experts: DeepSeek-V3's.
    const int RowBytes = 7168 * 2;

    static readonly TimedSite Site = new("Experts", 256, 8, 58, 8192);

    static ReceiveBuffer Buffer(string machine, RowExchange exchange, bool isExact) =>
        ReceiveBuffer.Of(MachineCatalog.Get(machine), Site with { Placement = isExact ? "Exact" : TimedSite.StaticPlacement }, 64, new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, exchange, RowBytes));

    [Fact]
    public void WorkedExample_Trn3_IsAnEighthWithAnExactPlan()
    {
        ReceiveBuffer still = Buffer("trn3.ultraserver64", RowExchange.Variable, isExact: false), exact = Buffer("trn3.ultraserver64", RowExchange.Variable, isExact: true);

        // permute_a2av: [64 · 8192, 7168] in 2 bytes, 7.5 GB; with exactly 8192 · 8 rows 0.94 GB.
        Assert.Equal(7_516_192_768, still.DeduplicatedBytes);
        Assert.Equal((939_524_096, true), (exact.WorstBytes, exact.IsConstant));
        Assert.Equal((7.5, 0.94), (Math.Round(still.DeduplicatedBytes / 1e9, 1), Math.Round(exact.WorstBytes / 1e9, 2)));
        // Copies for each of four experts of a rank, as the program sends them: four times the kernel's.
        Assert.Equal((4 * 7_516_192_768, false), (still.WorstBytes, still.IsConstant));
        Assert.Equal(exact.EvenBytes, exact.WorstBytes);
    }

    [Theory]
    [InlineData(RowExchange.Variable)]
    [InlineData(RowExchange.Padded)]
    public void WorkedExample_Trn2_HasABlockForEverySenderWhateverThePlan(RowExchange exchange)
    {
        ReceiveBuffer still = Buffer("trn2.48xlarge", exchange, isExact: false), exact = Buffer("trn2.48xlarge", exchange, isExact: true);

        // N · the largest block: all of a sender's tokens, once for each of four experts; with four replicas besides, all eight copies.
        Assert.Equal((64 * 8192 * 4, 64 * 8192 * 8), (still.WorstRows, exact.WorstRows));
        Assert.False(still.IsConstant || exact.IsConstant);
        Assert.Equal(7_516_192_768, still.DeduplicatedBytes);
    }

    [Theory]
    [InlineData("trn2.48xlarge")]
    [InlineData("trn3.ultraserver64")]
    public void Gathered_IsWhatAllRanksSend(string machine) =>
        Assert.Equal((64L * 8192 * 8, true), (Buffer(machine, RowExchange.Gathered, false).WorstRows, Buffer(machine, RowExchange.Gathered, false).IsConstant));

    [Fact]
    public void TokensThatTravelOnce_ComeOnceFromEveryRank()
    {
        // Two of eight experts over four ranks: a token reaches 4 · (1 − C(6, 2) ÷ C(8, 2)) = 13 ÷ 7 of them, and in the worst case every token this one.
        var site = new TimedSite("experts", 8, 2, 1, 700);
        var buffer = ReceiveBuffer.Of(MachineCatalog.Get("trn2.48xlarge"), site, 4, new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Once, 2048));

        Assert.Equal((1300, 2800), (buffer.EvenRows, buffer.WorstRows));
        Assert.Equal((1300 * 2048, 2800 * 2048), (buffer.EvenBytes, buffer.WorstBytes));
        Assert.Equal(1400, ReceiveBuffer.Of(MachineCatalog.Get("trn2.48xlarge"), site, 4, new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Variable, 2048)).EvenRows);
    }

    [Fact]
    public void Replicas_AreNoRows() => Assert.Throws<ArgumentOutOfRangeException>(() => Buffer("trn2.48xlarge", RowExchange.Replicas, false).WorstRows);

    /// <summary>No routing brings more than the bounds, copy by copy, and some reach them.</summary>
    [Theory]
    [InlineData(4, 8, 2)]
    [InlineData(4, 16, 3)]
    [InlineData(8, 8, 2)]
    [InlineData(2, 8, 6)]
    public void Bounds_OfRandomAndGreedyRoutings_AreNeverExceededAndReached(int ranks, int experts, int topK)
    {
        const int Tokens = 12;
        var rows = new DispatchRows(Tokens, topK, experts, ranks);
        var layout = new ExpertLayout(experts, ranks, experts / ranks);
        var planner = new ExactPlanner(layout);
        var plan = new PlacementPlan(layout);
        var split = new TokenSplit(layout, node: ranks);
        var random = new Random(17);
        long copies = 0, block = 0, deduplicated = 0, exactBlock = 0;
        for (int trial = 0; trial < 400; trial++)
        {
            var counts = new int[ranks][];
            var once = new long[ranks];
            // A share of the tokens goes to the first experts, all of them in the first trial.
            int greedy = trial == 0 ? 100 : random.Next(100);
            for (int source = 0; source < ranks; source++)
            {
                counts[source] = new int[experts];
                for (int token = 0; token < Tokens; token++)
                {
                    int[] chosen = [.. random.Next(100) < greedy ? Enumerable.Range(0, topK) : Enumerable.Range(0, experts).OrderBy(_ => random.Next()).Take(topK)];
                    foreach (int expert in chosen)
                        counts[source][expert]++;
                    foreach (int target in chosen.Select(layout.Home).Distinct())
                        once[target]++;
                }
            }
            deduplicated = Math.Max(deduplicated, once.Max());
            for (int target = 0; target < ranks; target++)
            {
                long[] blocks = [.. counts.Select(row => (long)row.Where((_, expert) => layout.Home(expert) == target).Sum())];
                (copies, block) = (Math.Max(copies, blocks.Sum()), Math.Max(block, blocks.Max()));
            }

            planner.Plan([.. Enumerable.Range(0, experts).Select(expert => counts.Sum(row => row[expert]))], plan);
            split.Fill(counts, plan, SplitOrder.Locality);
            for (int target = 0; target < ranks; target++)
            {
                long[] blocks = [.. Enumerable.Range(0, ranks).Select(source => Enumerable.Range(0, split.First[experts]).Where(i => split.InstanceRank[i] == target).Sum(i => (long)split.Tokens[source][i]))];
                Assert.Equal(rows.Even, blocks.Sum());
                exactBlock = Math.Max(exactBlock, blocks.Max());
            }
        }
        Assert.Equal((rows.Copies, rows.LargestBlock(isExact: false), rows.Deduplicated), (copies, block, deduplicated));
        Assert.InRange(exactBlock, rows.Even / ranks, rows.LargestBlock(isExact: true));
    }
}
