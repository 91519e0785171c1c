using Shardwright.Compiler;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class SbufSpillTests
{
    const string Rule = "SHW3012";

    static string Model(bool marked = false)
    {
        string source = MemoryModels.Dense(context: 4096, width: 4096, layers: 1);
        return !marked ? source : source.Replace("Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down)", "{|SHW3012:Nn.MatMul(Nn.Silu({|SHW3012:Nn.MatMul(x, Up)|}), Down)|}", StringComparison.Ordinal);
    }

    /// <summary>Trainium2 with cores of 2 MiB.</summary>
    static IReadOnlyList<Finding> OnSmallCores(string source)
    {
        const string Machine = """{ "name": "small", "extends": "trn2.48xlarge", "core": { "sbuf": { "value": 2, "unit": "MiB", "origin": "assumed", "source": "a test" } } }""";
        var linked = AdviceVerify.Link(source);
        return [.. AdviceVerify.Compile(linked with { Options = linked.Options with { Target = "small", Machines = EquatableArray.Of(new MachineText("small", "small.json", Machine)) } }).Findings.Where(f => f.Rule.Id == Rule)];
    }

    [Fact]
    public Task ReadingAgainBehindTheTensorEngine_CostsNothing_AndIsSilent() => AdviceVerify.Reports(Rule, Model());

    [Fact]
    public void ReadingAgain_IsReported_WhereTheChipIsSmallAndItCosts()
    {
        var findings = OnSmallCores(MemoryModels.Dense("[Model, Precision(NumberFormat.BFloat16)]", context: 4096, width: 4096, layers: 1));
        Assert.NotEmpty(findings);
        Assert.All(findings, f => Assert.Contains("of its chip energy", f.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void OperandsThatFitIntoHalfTheChip_AreReadOnce() => Assert.Empty(OnSmallCores(MemoryModels.Dense("[Model, Precision(NumberFormat.BFloat16)]", batch: 1, context: 256, width: 256, layers: 1)));

    [Fact]
    public void BytesReadAgain_AreThoseOfTheBestBlocking()
    {
        // x [32768, 4096] · up [4096, 16384] in float32; of 56 MiB half holds what is kept, sums of a block of 2709 · 2709. Keeping parts of the right operand (256 MiB in 10 parts) reads the left one (512 MiB) 9 times more.
        var (_, findings) = AdviceVerify.Compile(Model(), "SHW3012.least_cost_percent = 0");
        Assert.Contains(findings, f => f.Rule.Id == Rule && f.Message.Contains("Nn.MatMul reads 4.5 GiB again, 85.7 % of what it reads from HBM: x [8, 4096, 4096] and up [4096, 16384]", StringComparison.Ordinal));
        Assert.Equal(4.5, 9 * 0.5);
    }
}
