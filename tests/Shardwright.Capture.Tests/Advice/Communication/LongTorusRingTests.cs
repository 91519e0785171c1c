namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class LongTorusRingTests
{
    const string Rule = "SHW4003";

    /// <summary>Trainium2 chips in a torus that no vendor builds: rows of sixteen.</summary>
    const string Machine = """
        {
          "name": "long.torus",
          "extends": "trn2.48xlarge",
          "instance": { "chips": { "value": 64, "unit": "chips", "origin": "assumed", "source": "a test" } },
          "links": { "instance": { "dimensions": { "value": [16, 4], "unit": "chips", "origin": "assumed", "source": "a test" } } }
        }
        """;

    static readonly SparseModels Long = new() { Data = 64, Expert = 64, Experts = 64, Batch = 8192, Width = 512 };

    [Fact]
    public Task GroupOnARingOfSixteen_IsFasterOnShorterRows_AsPromised() =>
        AdviceVerify.FixPays(Rule, (Long with { Mesh = "{|SHW4003:Mesh(Data = 64, Expert = 64)|}" }).ToString(), (Long with { Expert = 4 }).ToString(), machine: Machine);

    [Fact]
    public Task GroupOfFourChips_LiesOnAShortRow() => AdviceVerify.Reports(Rule, (Long with { Expert = 16 }).ToString(), "", Machine);

    [Fact]
    public Task FourByFourTorus_HasNoLongRow() => AdviceVerify.Reports(Rule, Long.ToString());

    [Fact]
    public void Message_NamesTheRowAndTheTorus()
    {
        var finding = AdviceVerify.Compile(Long.ToString(), "", Machine).Findings.Single(f => f.Rule.Id == Rule);

        Assert.Contains("lie on 16 chips in a row of the 16 × 4 torus", finding.Message, StringComparison.Ordinal);
        Assert.Contains("16/8 of a rank's send buffer", finding.Message, StringComparison.Ordinal);
    }
}
