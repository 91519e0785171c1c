namespace Shardwright.Training.Tests.Fixtures;

/// <summary>Files that travel inside the test assembly: <c>fixtures/Sample.json</c>, <c>Models/Sample.cs</c> and their like.</summary>
public static class TestResource
{
    /// <summary>The text of a model's source, to be compiled in memory.</summary>
    public static string ModelSource(string model) => Text($"Models/{model}.cs");

    internal static string Text(string name) => System.Text.Encoding.UTF8.GetString(Bytes(name));

    internal static byte[] Bytes(string name)
    {
        using var stream = typeof(TestResource).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"The test assembly has no resource {name}; it has {string.Join(", ", typeof(TestResource).Assembly.GetManifestResourceNames())}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
