using Shardwright.Capture.Tests.Advice.Communication;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Advice.Cost;
using Shardwright.Hardware;

namespace Shardwright.Capture.Tests.Advice.Cost;

public sealed class UncalibratedTargetTests(ITestOutputHelper output)
{
    const string Rule = "SHW7101";

    static readonly SparseModels Plain = new();

    [Fact]
    public Task TargetWithoutMeasurements_IsSaidToBeOne() => AdviceVerify.Reports(Rule, (Plain with { Name = "{|SHW7101:Sparse|}" }).ToString());

    [Fact]
    public Task CalibratedTarget_IsNot() => AdviceVerify.Reports(Rule, Plain.ToString(), "build_property.ShardwrightTarget = dgx-a100");

    [Fact]
    public Task ShareUnderTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Plain.ToString(), "SHW7101.least_assumed_percent = 45");

    [Fact]
    public void AssumptionThatAMeasurementReplaces_DecidesNothingAnyMore()
    {
        var before = AdviceVerify.Compile(Plain.ToString()).Findings.Single(f => f.Rule.Id == Rule);
        var after = AdviceVerify.Compile(Plain.ToString(), "SHW7101.least_assumed_percent = 0", """
            { "name": "ours", "extends": "trn2.48xlarge", "chip": { "hbmEfficiency": { "value": 0.8, "unit": "1", "origin": "published", "source": "our own" } } }
            """).Findings.Single(f => f.Rule.Id == Rule);

        Assert.Contains("chip.hbmEfficiency", before.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("chip.hbmEfficiency", after.Message, StringComparison.Ordinal);
    }

    /// <summary>Euler: time is homogeneous in latencies and rates, so the shares of all values add up to one. HBM's bandwidth and efficiency, and a GPU's peak and efficiency, are one rate in two values; the slowdown by overlap is a ratio, and the size of half efficiency no time. Steps of 10 % leave a rest.</summary>
    [Theory]
    [InlineData("trn2.48xlarge")]
    [InlineData("trn3.ultraserver64")]
    [InlineData("trn1.32xlarge")]
    [InlineData("dgx-h100")]
    public void SharesOfAllValues_AddUpToTheTime(string target)
    {
        var study = new ModelStudy(ModelCompiler.Compile(AdviceVerify.Link(Plain.ToString(), "build_property.ShardwrightTarget = " + target)));

        var shares = new[] { Origin.Published, Origin.Derived, Origin.Assumed }.SelectMany(origin => AssumedValues.Shares(study, origin)).Where(f => f.Key is not ("chip.hbmBandwidth" or "overlapSlowdown" or "core.tensorEfficiency" or "core.halfEfficiencyFlops")).ToList();

        output.WriteLine($"{target}: {string.Join(", ", shares.Select(f => $"{f.Key} {f.Share:P1}"))}");
        Assert.InRange(shares.Sum(f => f.Share), 0.85, 1.15);
    }
}
