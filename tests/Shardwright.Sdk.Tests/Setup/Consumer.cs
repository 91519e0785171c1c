namespace Shardwright.Sdk.Tests.Setup;

/// <summary>A project of a user, in a folder of its own.</summary>
internal sealed class Consumer
{
    private readonly Feed feed;
    private int builds;

    public Consumer(Feed feed, string name, params (string Path, string Text)[] files)
    {
        this.feed = feed;
        Folder = Directory.CreateDirectory(Path.Combine(feed.Consumers, name)).FullName;
        foreach (var (path, text) in files)
            Write(path, text);
    }

    public string Folder { get; }

    public void Write(string path, string text)
    {
        string file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public bool Has(string path) => File.Exists(Path.Combine(Folder, path));

    public string Read(string path) => File.ReadAllText(Path.Combine(Folder, path));

    /// <summary>Files below a folder by their path in it, in order; none when there is no such folder.</summary>
    public string[] Files(string below)
    {
        string folder = Path.Combine(Folder, below);
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Runs <c>dotnet</c> in the folder; of <c>build</c> and its like, with a log that can be read back.</summary>
    public BuildResult Dotnet(params string[] arguments)
    {
        string log = Path.Combine(feed.Consumers, $"{Path.GetFileName(Folder)}.{++builds}.binlog");
        string[] logged = arguments[0] is "build" or "clean" or "pack" or "msbuild" ? [$"-bl:{log}"] : [];
        var (code, output) = Setup.Dotnet.Run(Folder, feed.Home, [.. arguments, .. logged]);
        return new(code, output, log);
    }

    /// <summary>A build that must succeed.</summary>
    public BuildResult Build(params string[] arguments)
    {
        var result = Dotnet(["build", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Output);
        return result;
    }

    /// <summary>A build that must not.</summary>
    public BuildResult FailToBuild(params string[] arguments)
    {
        var result = Dotnet(["build", .. arguments]);
        Assert.True(result.ExitCode != 0, result.Output);
        return result;
    }
}
