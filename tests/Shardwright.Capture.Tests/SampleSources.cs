using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests;

/// <summary>The sample's model as it stands in the repository.</summary>
internal static class SampleSources
{
    public static IReadOnlyList<(string Path, string Code)> Files { get; } =
        [.. new[] { "SparseLanguageModel.cs", "DecoderBlock.cs", "SwiGlu.cs" }.Select(name => ($"/project/{name}", File.ReadAllText(Path.Combine(References.Metadata("Sample"), name)).ReplaceLineEndings("\n")))];
}
