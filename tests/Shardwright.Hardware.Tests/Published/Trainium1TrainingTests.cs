namespace Shardwright.Hardware.Tests;

/// <summary>Public training throughput of Trainium 1: every row uses tensor parallelism, most pipelines besides; none is laid out by data parallelism alone, so none tests what Shardwright compiles.</summary>
public class Trainium1TrainingTests(ITestOutputHelper output)
{
    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Step_DecoderRows_AreNotCovered()
    {
        var rows = PublishedRow.Of("training_time", "trainium1_decoder_training");

        Assert.All(rows, row => Assert.StartsWith("TP", row.Text("topology")));
        output.WriteLine($"Trainium 1, decoders: {rows.Length} rows, not covered: {string.Join("; ", rows.Select(row => row.Text("topology")).Distinct())}. Trainium 2 and 3: no public training measurement.");
    }

    [Theory]
    [InlineData("trn1.32xlarge")]
    [InlineData("trn2.48xlarge")]
    [InlineData("trn3.ultraserver64")]
    public void Calibration_OfEveryTrainium_IsNotClaimed(string name) => Assert.False(MachineCatalog.Find(name)!.IsCalibrated);
}
