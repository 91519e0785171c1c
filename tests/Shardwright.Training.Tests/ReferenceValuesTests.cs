using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests;

/// <summary>The expected numbers were printed by <c>reference/generate.py --values</c>.</summary>
public sealed class ReferenceValuesTests
{
    [Theory]
    [InlineData("Blocks[2].Experts[5].Gate", new[] { 32, 48 }, new uint[] { 0xBCA7E236, 0xBE0EE3FC, 0xBDDF00F0, 0x3E1C3269 })]
    [InlineData("FinalNorm", new[] { 32 }, new uint[] { 0x3F7F703E, 0x3F667ED3, 0x3F8471E6, 0x3F7A2C44 })]
    [InlineData("HeadBias", new[] { 48 }, new uint[] { 0xBBD83F4D, 0xBDCC69E5, 0xBD5B8B70, 0x399BA000 })]
    public void Parameter_AnyPathAndShape_HasTheBitsOfPython(string path, int[] shape, uint[] expected)
    {
        var value = ReferenceValues.Parameter(1, path, shape);

        Assert.Equal(expected, new[] { value[0], value[1], value[7], value[^1] }.Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void Inputs_AnyStep_AreThoseOfPython()
    {
        Assert.Equal([37, 40, 53, 36, 34, 41, 5, 57], ReferenceValues.Tokens(1, step: 0, count: 8, vocabulary: 64));
        Assert.Equal(
            [0x00000000, 0x3F918C7A, 0x3FD8357D, 0x3FD3DD9C, 0x00000000, 0x3F9ECEFA, 0x3FD6576C, 0x3FCAFCCA],
            ReferenceValues.Weights(1, step: 3, count: 8).Select(BitConverter.SingleToInt32Bits));
    }
}
