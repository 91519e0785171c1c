using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>The packages, file by file.</summary>
public sealed class PackageContentTests(Feed feed)
{
    [Fact]
    public void Pack_OfTheSolution_MakesThreePackages()
        => Assert.Equal(["Shardwright.0.1.0-e2e.nupkg", "Shardwright.Sdk.0.1.0-e2e.nupkg", "Shardwright.Templates.0.1.0-e2e.nupkg"], Directory.EnumerateFiles(feed.Packages).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Pack_Warns_OfNothing() => Assert.DoesNotContain("warning", feed.Output, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("Shardwright")]
    [InlineData("Shardwright.Sdk")]
    [InlineData("Shardwright.Templates")]
    public void Pack_Twice_GivesTheSameBytes(string id)
    {
        string again = Path.Combine(feed.Repacked, Path.GetFileName(feed.Package(id)));
        // File by file first, so that a difference has a name.
        Assert.Equal(Hashes(feed.Package(id)), Hashes(again));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(feed.Package(id)))), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(again))));
    }

    private static List<string> Hashes(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        return [.. zip.Entries.Select(entry =>
        {
            using var content = entry.Open();
            return $"{entry.FullName} {Convert.ToHexString(SHA256.HashData(content))}";
        })];
    }

    [Fact]
    public void Sdk_HasPropsTargetsAndTasks_AndNothingElse() => Assert.Equal(
        [
            "README.md",
            "Sdk/Sdk.props", "Sdk/Sdk.targets", "Sdk/Shardwright.Checks.targets", "Sdk/Shardwright.FromPackage.targets", "Sdk/Shardwright.Report.targets", "Sdk/Shardwright.Scale.targets", "Sdk/Shardwright.Sdk.Version.props",
            "icon.png",
            "tasks/netstandard2.0/Shardwright.Hardware.dll", "tasks/netstandard2.0/Shardwright.Tasks.dll",
        ],
        Content("Shardwright.Sdk"));

    [Fact]
    public void Package_HasRuntimeCompilerPartsAndBuildFiles_AndNothingElse() => Assert.Equal(
        [
            "README.md",
            .. ((string[])["Analyzers", "Capture", "CodeFixes", "Compiler", "Generators", "Hardware"]).Select(part => $"analyzers/dotnet/roslyn4.14/cs/Shardwright.{part}.dll"),
            "build/Shardwright.targets", "build/all.globalconfig", "build/none.globalconfig",
            "buildTransitive/Shardwright.Version.props", "buildTransitive/Shardwright.props",
            "icon.png",
            "lib/net10.0/Shardwright.Hardware.dll", "lib/net10.0/Shardwright.Hardware.xml", "lib/net10.0/Shardwright.Runtime.dll", "lib/net10.0/Shardwright.Runtime.xml",
        ],
        Content("Shardwright"));

    [Fact]
    public void Templates_HaveOneProject_AndNothingElse() => Assert.Equal(
        [
            "README.md",
            .. ((string[])[".editorconfig", ".template.config/dotnetcli.host.json", ".template.config/template.json", "Company.SparseModel1.csproj", "DecoderBlock.cs", "Expert.cs", "Program.cs", "SourceText.cs", "SparseDecoder.cs"])
                .Select(file => "content/SparseModel/" + file),
            "icon.png",
        ],
        Content("Shardwright.Templates"));

    [Theory]
    [InlineData("Shardwright")]
    [InlineData("Shardwright.Sdk")]
    public void Assemblies_CarryTheirSymbols(string id)
    {
        using var archive = ZipFile.OpenRead(feed.Package(id));
        Assert.All(archive.Entries.Where(e => e.Name.EndsWith(".dll", StringComparison.Ordinal)), entry =>
        {
            using var copy = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(copy);
            copy.Position = 0;
            using var image = new PEReader(copy);
            Assert.Contains(image.ReadDebugDirectory(), d => d.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
            Assert.Contains(image.ReadDebugDirectory(), d => d.Type == DebugDirectoryEntryType.Reproducible);
        });
    }

    [Theory]
    [InlineData("Shardwright", null, "System.Numerics.Tensors")]
    [InlineData("Shardwright.Sdk", "MSBuildSdk", null)]
    [InlineData("Shardwright.Templates", "Template", null)]
    public void Manifest_SaysWhatNuGetAsks(string id, string? type, string? dependency)
    {
        using var archive = ZipFile.OpenRead(feed.Package(id));
        using var stream = archive.GetEntry(id + ".nuspec")!.Open();
        var manifest = XDocument.Load(stream);
        string? Value(string name) => manifest.Descendants().SingleOrDefault(e => e.Name.LocalName == name)?.Value;

        Assert.Equal(id, Value("id"));
        Assert.Equal(Feed.Version, Value("version"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("icon.png", Value("icon"));
        Assert.Equal("README.md", Value("readme"));
        Assert.NotEmpty(Value("description")!);
        Assert.Null(Value("repository"));
        Assert.Equal(type, manifest.Descendants().SingleOrDefault(e => e.Name.LocalName == "packageType")?.Attribute("name")?.Value);
        Assert.Equal(dependency, manifest.Descendants().SingleOrDefault(e => e.Name.LocalName == "dependency")?.Attribute("id")?.Value);
    }

    [Fact]
    public void Pages_NameTheVersionOfTheProduct()
    {
        string[] pages = ["docs/getting-started.md", "sdk/Shardwright.Sdk/README.md", "sdk/Shardwright.Package/README.md"];
        string[] versions = [.. pages.SelectMany(page => Regex.Matches(File.ReadAllText(Path.Combine(Settings.Repository, page)), "Shardwright\\.(?:Sdk|Templates)[/@]([0-9][^\"`\\s<]*)")).Select(m => m.Groups[1].Value)];
        Assert.True(versions.Length > pages.Length);
        Assert.All(versions, version => Assert.Equal(Settings.ProductVersion, version));
    }

    private string[] Content(string id)
    {
        using var archive = ZipFile.OpenRead(feed.Package(id));
        return [.. archive.Entries.Select(e => e.FullName).Where(n => n != id + ".nuspec" && n != "[Content_Types].xml" && !n.StartsWith("_rels/", StringComparison.Ordinal) && !n.StartsWith("package/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }
}
