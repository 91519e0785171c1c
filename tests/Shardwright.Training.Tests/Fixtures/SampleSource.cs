namespace Shardwright.Training.Tests.Fixtures;

/// <summary>The model of <c>samples/SparseLanguageModel</c> itself, as one source text.</summary>
public static class SampleSource
{
    public static string Text { get; } = "namespace SparseLanguage;\n" + string.Join('\n', new[] { "SparseLanguageModel", "DecoderBlock", "SwiGlu" }.Select(Body));

    // One file can have one namespace declaration, and usings only before it.
    static string Body(string name) => string.Join('\n', System.Text.Encoding.UTF8.GetString(TestResource.Bytes($"SparseLanguageModel/{name}.cs")).Split('\n')
        .Where(line => !line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal)));
}
