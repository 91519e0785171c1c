using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary><c>Dispatch.Auto</c> is the lowering that the target's documented rules allow, and changes no bit.</summary>
public sealed class DispatchAutoTests
{
    [Fact]
    public void Auto_OnATorusWithinAnInstance_IsPaddedAndHasTheSameBits()
    {
        string auto = TestResource.ModelSource("Sample").Replace("[Experts]", "[Experts(Dispatch = Dispatch.Auto)]", StringComparison.Ordinal);

        string program = string.Concat(ModelAssembly.Compile(auto, (4, 4)).Files.Values);

        Assert.Contains("lowering: Dispatch.Padded);", program, StringComparison.Ordinal);
        TrainingRun.AssertSameBits(TrainingRun.Of("Sample", (4, 4), 2), TrainingRun.Of("Sample", (4, 4), 2, source: auto));
    }

    [Fact]
    public void Variable_WhereTheTargetDoesNotDocumentIt_SaysSoInTheEmittedCode() =>
        Assert.Contains("// not documented for trn2.48xlarge: ", string.Concat(ModelAssembly.Compile(TestResource.ModelSource("Sample"), (4, 4)).Files.Values), StringComparison.Ordinal);
}
