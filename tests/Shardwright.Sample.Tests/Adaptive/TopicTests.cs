using System.Text;
using AdaptiveExperts.Display;
using AdaptiveExperts.Topics;

namespace Shardwright.Sample.Tests.Adaptive;

public sealed class TopicTests
{
    [Theory]
    [InlineData("System.Net.Http.xml", "System.Net")]
    [InlineData("System.Linq.xml", "System.Linq")]
    [InlineData("netstandard.xml", "netstandard")]
    public void Area_IsTheFirstTwoNames(string file, string area) => Assert.Equal(area, TopicText.Area(file));

    [Fact]
    public void Load_Folder_MakesATopicOfEachFileAndOfEachFolderTheLargestFirst()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Root, "b"));
        folder.Write("a.txt", "aaaaaaaa");
        folder.Write(Path.Combine("b", "2.txt"), "222222");
        folder.Write(Path.Combine("b", "1.txt"), "111111");
        folder.Write("short.txt", "ssss");

        var topics = TopicText.Load(folder.Root, window: 4).Topics;

        Assert.Equal([("b", "111111222222"), ("a.txt", "aaaaaaaa")], topics.Select(topic => (topic.Name, Encoding.UTF8.GetString(topic.Text))));
    }

    [Fact]
    public void Fill_ChangesTheTopicEverySoManySteps()
    {
        var batches = new ShiftingBatches([new("a", [.. Enumerable.Repeat((byte)'a', 20)]), new("b", [.. Enumerable.Repeat((byte)'b', 20)])], batch: 2, context: 3, seed: 1, stepsPerTopic: 2);
        var (tokens, targets) = (new int[6], new int[6]);

        foreach (var (step, topic) in new[] { (0, 'a'), (1, 'a'), (2, 'b'), (3, 'b'), (4, 'a') })
        {
            batches.Fill(step, tokens, targets);
            Assert.All([.. tokens, .. targets], value => Assert.Equal(topic, value));
            Assert.Equal($"{topic}", batches.TopicOf(step).Name);
        }
    }

    [Fact]
    public void Bars_MeanRankHasAThird()
    {
        Assert.Equal("3333", RankBars.Short([5, 5, 5, 5], unicode: false));
        Assert.Equal("1811", RankBars.Short([0, 9, 0, 0], unicode: false));
        Assert.Equal("11", RankBars.Short([0, 0], unicode: false));
        Assert.Equal(("####", "############", ""), (RankBars.Long([1, 1], 0, 12, unicode: false), RankBars.Long([9, 0, 0], 0, 12, unicode: false), RankBars.Long([9, 0, 0], 1, 12, unicode: false)));
    }
}
