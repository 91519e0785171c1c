namespace Shardwright.Hardware.Tests;

public class DispatchTrafficTests
{
    [Fact]
    public void BytesPerRank_NaiveCopies_IsTokensTimesRowTimesCopies()
    {
        // 4,096 tokens of 7,168 bf16 elements, 8 copies, 7 of 8 leave the rank.
        Assert.Equal(4096L * 7168 * 2 * 7, DispatchTraffic.BytesPerRank(4096, 7168, 2, 8, 8));
    }

    [Fact]
    public void ExpectedDestinations_DeepSeekOverSixtyFourRanks_IsAboutSevenPointSevenRanks()
    {
        // 256 experts, 8 a token, 4 a rank: 64 · (1 − C(252, 8)/C(256, 8)), C(252, 8)/C(256, 8) = (248 · 247 · 246 · 245)/(256 · 255 · 254 · 253)
        double missed = 248.0 * 247 * 246 * 245 / (256.0 * 255 * 254 * 253);

        Assert.Equal(64 * (1 - missed), DispatchTraffic.ExpectedDestinations(256, 8, 64), 1e-9);
        Assert.Equal(7.676, DispatchTraffic.ExpectedDestinations(256, 8, 64), 1e-3);
    }

    [Fact]
    public void ExpectedDestinations_FourOfEightGroups_IsAtMostFour()
    {
        // Nodes are groups: 4 · (1 − C(96, 8)/C(128, 8)); 8 experts on at most four nodes.
        double missed = Enumerable.Range(0, 8).Aggregate(1.0, (product, i) => product * (96 - i) / (128 - i));

        Assert.Equal(4 * (1 - missed), DispatchTraffic.ExpectedDestinations(256, 8, 8, 8, 4), 1e-9);
        Assert.InRange(DispatchTraffic.ExpectedDestinations(256, 8, 8, 8, 4), 3.6, 4);
    }

    [Theory]
    [InlineData(8, 2, 4, 1, 1)]
    [InlineData(8, 3, 2, 1, 1)]
    [InlineData(12, 4, 3, 1, 1)]
    [InlineData(16, 4, 4, 4, 2)]
    [InlineData(16, 3, 8, 4, 2)]
    [InlineData(16, 4, 2, 8, 3)]
    [InlineData(16, 5, 4, 8, 4)]
    [InlineData(12, 3, 1, 4, 3)]
    public void ExpectedDestinations_SmallLayer_IsTheMeanOverAllChoices(int experts, int perToken, int destinations, int groups, int groupsPerToken)
    {
        double sum = 0;
        int choices = 0;
        foreach (int drawn in Subsets(groups, groupsPerToken))
        {
            int[] allowed = [.. Enumerable.Range(0, experts).Where(expert => (drawn >> expert / (experts / groups) & 1) != 0)];
            foreach (int chosen in Subsets(allowed.Length, perToken))
            {
                sum += allowed.Where((_, i) => (chosen >> i & 1) != 0).Select(expert => expert / (experts / destinations)).Distinct().Count();
                choices++;
            }
        }

        Assert.Equal(sum / choices, DispatchTraffic.ExpectedDestinations(experts, perToken, destinations, groups, groupsPerToken), 1e-9);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(4, 2)]
    [InlineData(3, 1)]
    public void OnceShare_IsDestinationsByExperts(int groups, int kept)
    {
        // Two ranks of six experts, three experts a token: 2 · (1 − C(6, 3) ÷ C(12, 3)) = 20 ÷ 11. Of four groups of three, two on a rank, two are kept. Three groups are cut by the ranks.
        double even = 2 * (1 - 20.0 / 220), drawn = 2 * ((1.0 / 6) + (4.0 / 6 * (1 - 1.0 / 20)));

        Assert.Equal((groups, kept) == (4, 2) ? drawn / 3 : even / 3, DispatchTraffic.OnceShare(12, 3, 2, groups, kept), 1e-12);
    }

    [Fact]
    public void OnceShare_WhereRanksDoNotDivideTheExperts_IsOne() => Assert.Equal(1, DispatchTraffic.OnceShare(12, 3, 5, 1, 0));

    [Fact]
    public void ExpectedDestinations_DrawnAtRandom_AgreesWithinThreeStandardErrors()
    {
        var random = new Random(11);
        const int Tokens = 20_000;
        double sum = 0, squares = 0;
        for (int token = 0; token < Tokens; token++)
        {
            int[] groups = Draw(random, 8, 4);
            int[] experts = Draw(random, 128, 8);
            int ranks = experts.Select(expert => (groups[expert / 32] * 32 + expert % 32) / 4).Distinct().Count();
            sum += ranks;
            squares += ranks * (double)ranks;
        }
        double mean = sum / Tokens, error = Math.Sqrt((squares / Tokens - mean * mean) / Tokens);

        Assert.InRange(DispatchTraffic.ExpectedDestinations(256, 8, 64, 8, 4), mean - 3 * error, mean + 3 * error);
    }

    [Fact]
    public void ExpectedDestinations_OneExpertADestination_IsNaive() => Assert.Equal(6, DispatchTraffic.ExpectedDestinations(64, 6, 64), 1e-9);

    [Theory]
    [InlineData(10, 2, 4, 1, 1, "split evenly")]
    [InlineData(8, 2, 4, 3, 1, "router groups")]
    [InlineData(8, 2, 4, 2, 3, "need 1 to 2")]
    [InlineData(8, 5, 4, 2, 1, "may choose from 4")]
    public void ExpectedDestinations_BadSizes_SaysWhatDoesNotFit(int experts, int perToken, int destinations, int groups, int groupsPerToken, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => DispatchTraffic.ExpectedDestinations(experts, perToken, destinations, groups, groupsPerToken)).Message);

    private static IEnumerable<int> Subsets(int of, int size) => Enumerable.Range(0, 1 << of).Where(set => int.PopCount(set) == size);

    private static int[] Draw(Random random, int of, int count)
    {
        int[] all = [.. Enumerable.Range(0, of)];
        random.Shuffle(all);
        return all[..count];
    }
}
