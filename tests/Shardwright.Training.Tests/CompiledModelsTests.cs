using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

public sealed class CompiledModelsTests
{
    [Theory]
    [InlineData("Sample")]
    [InlineData("GroupedQuery")]
    [InlineData("TwoSizes")]
    public void Compile_TestModel_Builds(string model)
    {
        var compiled = ModelAssembly.Compile(TestResource.ModelSource(model), (1, 1));
        if (Environment.GetEnvironmentVariable("SHARDWRIGHT_DUMP") is { } folder)
            foreach (var (name, text) in compiled.Files)
                File.WriteAllText(Path.Combine(folder, name), text);
        Assert.NotEmpty(compiled.Files);
    }
}
