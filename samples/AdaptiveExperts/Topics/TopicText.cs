using SparseLanguage.Corpus;

namespace AdaptiveExperts.Topics;

/// <summary>Text by topic: the API documentation of the installed reference packs by area of the library (System.Net, System.Linq, …), or the files of a folder.</summary>
/// <param name="Source">Where it came from, in words.</param>
/// <param name="Topics">The largest first.</param>
public sealed record TopicText(string Source, IReadOnlyList<Topic> Topics)
{
    /// <summary>At most so many: the topics that a default run comes to.</summary>
    public const int Most = 6;

    /// <summary>Reads <paramref name="folder"/>, where a file or a folder of files is a topic, or the documentation when it is null.</summary>
    /// <param name="folder">A folder of UTF-8 text; null for the documentation.</param>
    /// <param name="window">Bytes of a window; topics without room for one and the byte after it are left out.</param>
    /// <exception cref="CorpusException">Fewer than two topics.</exception>
    public static TopicText Load(string? folder, int window)
    {
        var (source, files) = folder is null ? Documentation() : (folder, TextFiles.Files(folder));
        var topics = files.GroupBy(file => folder is null ? Area(file.Name) : file.Name.Split('/')[0])
            .Select(group => new Topic(group.Key, [.. group.OrderBy(file => file.Name, StringComparer.Ordinal).SelectMany(file => file.Text)]))
            .Where(topic => topic.Text.Length > window)
            .OrderByDescending(topic => topic.Text.Length).ThenBy(topic => topic.Name, StringComparer.Ordinal).Take(Most).ToArray();
        return topics.Length > 1 ? new(source, topics)
            : throw new CorpusException($"{source}: got {topics.Length} topics of more than {window} bytes, need two at least; give a folder in which each file, or each folder of files, is a topic");
    }

    /// <summary><c>System.Net.Http.xml</c> → <c>System.Net</c>.</summary>
    public static string Area(string file) => string.Join('.', Path.GetFileNameWithoutExtension(file).Split('.').Take(2));

    private static (string, IReadOnlyList<CorpusFile>) Documentation()
    {
        var (root, files) = ReferencePacks.Files();
        return ($"API documentation of {root}", files);
    }
}
