using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace SparseLanguage.Corpus;

/// <summary>The English API documentation of the installed .NET reference packs: real prose that is on every machine with the .NET SDK.</summary>
public static class ReferencePacks
{
    /// <exception cref="CorpusException">No pack with documentation is installed, or a file of one cannot be read.</exception>
    public static TextCorpus Load() => Load(Roots());

    /// <summary>The text of the packs under the first of <paramref name="roots"/> that has any.</summary>
    public static TextCorpus Load(IReadOnlyList<string> roots)
    {
        var (root, files) = Files(roots);
        var (training, validation) = CorpusSplit.ByFile(files);
        return new TextCorpus($"API documentation of {root} ({files.Count} files)", training, validation);
    }

    /// <summary>The same text file by file, and the folder that it is of.</summary>
    /// <inheritdoc cref="Load()" path="/exception"/>
    public static (string Root, IReadOnlyList<CorpusFile> Files) Files() => Files(Roots());

    private static (string, IReadOnlyList<CorpusFile>) Files(IReadOnlyList<string> roots)
    {
        foreach (var root in roots)
        {
            var documentation = Find(root);
            if (documentation.Count == 0)
                continue;
            return (root, [.. documentation.Select(Read).Where(file => file.Text.Length > 0)]);
        }
        throw new CorpusException($"no API documentation (*.Ref/*/ref/*/*.xml) found under {string.Join(", ", roots)}; install the .NET SDK's reference packs or pass --text FILE|FOLDER");
    }

    /// <summary>
    /// Documentation files of the packs in a <c>packs</c> folder, in order of their names. Packs overlap (ASP.NET Core carries the base library's files), and several versions may be
    /// installed; a file name is taken once, from the newest version, or text would stand in training and validation at once.
    /// </summary>
    public static IReadOnlyList<string> Find(string packs)
    {
        if (!Directory.Exists(packs))
            return [];
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var folders = from pack in Directory.GetDirectories(packs, "*.Ref").Order(StringComparer.Ordinal)
                      from version in Directory.GetDirectories(pack).OrderByDescending(VersionOf).ThenBy(path => path, StringComparer.Ordinal)
                      let reference = Path.Combine(version, "ref")
                      where Directory.Exists(reference)
                      from framework in Directory.GetDirectories(reference).Order(StringComparer.Ordinal)
                      select (Version: VersionOf(version), Folder: framework);
        foreach (var (_, folder) in folders.OrderByDescending(candidate => candidate.Version))
            foreach (var file in Directory.GetFiles(folder, "*.xml"))
                found.TryAdd(Path.GetFileName(file), file);
        return [.. found.Values];
    }

    /// <summary>Where <c>packs</c> may be, best first: beside the runtime that runs this program, by the host's variables, and where the SDK found it when it built this program.</summary>
    private static string[] Roots()
    {
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());      // <root>/shared/Microsoft.NETCore.App/<version>
        string?[] candidates =
        [
            Path.Combine(runtime, "..", "..", "..", "packs"),
            Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "packs") : null,
            Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")) is { Length: > 0 } host ? Path.Combine(host, "packs") : null,
            typeof(ReferencePacks).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(entry => entry.Key == "TargetingPackRoot")?.Value,
        ];
        return [.. candidates.OfType<string>().Where(path => path.Length > 0).Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Distinct()];
    }

    private static CorpusFile Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return new CorpusFile(Path.GetFileName(path), Encoding.UTF8.GetBytes(DocumentationText.Read(stream)));
        }
        catch (Exception failure) when (failure is XmlException or IOException or UnauthorizedAccessException)
        {
            throw new CorpusException($"cannot read {path}: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    private static Version VersionOf(string folder)
        => Version.TryParse(Path.GetFileName(folder).Split('-')[0], out var version) ? version : new Version(0, 0);
}
