using Shardwright.Sdk.Tests.Setup;

[assembly: AssemblyFixture(typeof(Feed))]

namespace Shardwright.Sdk.Tests.Setup;

/// <summary>
/// The packages, packed once, in a folder that is a package source; and a place for consumers, with a package folder of its own: NuGet keeps a package by its version, so a shared one would answer with that of an earlier run.
/// </summary>
public sealed class Feed : IDisposable
{
    /// <summary>A version that no other source has.</summary>
    public const string Version = "0.1.0-e2e";

    /// <summary>The package Shardwright, without its SDK, exists in this version too.</summary>
    public const string OtherVersion = "0.1.1-e2e";

    private readonly string root = Directory.CreateTempSubdirectory("shardwright-e2e-").FullName;

    public Feed()
    {
        foreach (string folder in (string[])[Home, Packages, Repacked, Path.Combine(root, "other"), Consumers])
            Directory.CreateDirectory(folder);
        WriteConfiguration();
        Output = Pack();
    }

    /// <summary>The packages.</summary>
    public string Packages => Path.Combine(root, "feed");

    /// <summary>The same, packed a second time.</summary>
    public string Repacked => Path.Combine(root, "again");

    /// <summary>What packing printed.</summary>
    public string Output { get; }

    internal string Home => Path.Combine(root, "home");

    internal string Consumers => Path.Combine(root, "consumers");

    /// <summary>Path of a package.</summary>
    public string Package(string id) => Path.Combine(Packages, $"{id}.{Version}.nupkg");

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(root, recursive: true);
        }
        catch (IOException)
        {
            // A file that an exiting process still holds: the system's temporary folder is cleaned by its owner.
        }
    }

    private void WriteConfiguration()
    {
        File.WriteAllText(Path.Combine(Consumers, "global.json"), $$"""{ "sdk": { "version": "{{Settings.SdkVersion}}", "rollForward": "latestPatch" } }""");
        // Consumers are small on purpose: that they waste a large machine is no news.
        string[] categories = ["Sharding", "Memory", "Communication", "Routing", "Target", "Cost"];
        File.WriteAllText(Path.Combine(Consumers, ".editorconfig"), "root = true\n[*.cs]\n" + string.Concat(categories.Select(c => $"dotnet_analyzer_diagnostic.category-Shardwright.{c}.severity = none\n")));
        File.WriteAllText(Path.Combine(Consumers, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(root, "packages")}" /></config>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
              <packageSources>
                <clear />
                <add key="feed" value="{Packages}" />
                <add key="other" value="{Path.Combine(root, "other")}" />
                <add key="cache" value="{Settings.PackageCache}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
                <packageSource key="feed"><package pattern="Shardwright*" /></packageSource>
                <packageSource key="other"><package pattern="Shardwright*" /></packageSource>
                <packageSource key="cache"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);
    }

    /// <summary>One process packs everything: every project of the solution, the three that pack once more, and one of them in another version.</summary>
    private string Pack()
    {
        string project = Path.Combine(root, "pack.proj");
        string options = $"NoBuild=true;Configuration={Settings.Configuration}";
        File.WriteAllText(project, $"""
            <Project>
              <ItemGroup>
                <Packing Include="{Settings.Repository}sdk/**/*.csproj" Exclude="{Settings.Repository}sdk/*/content/**" />
              </ItemGroup>
              <Target Name="Pack">
                <MSBuild Projects="{Settings.Repository}Shardwright.slnx" Targets="Pack" Properties="{options};PackageVersion={Version};PackageOutputPath={Packages}/" />
                <MSBuild Projects="@(Packing)" Targets="Pack" Properties="{options};PackageVersion={Version};PackageOutputPath={Repacked}/" />
                <MSBuild Projects="{Settings.Repository}sdk/Shardwright.Package/Shardwright.Package.csproj" Targets="Pack" Properties="{options};PackageVersion={OtherVersion};PackageOutputPath={Path.Combine(root, "other")}/" />
              </Target>
            </Project>
            """);
        var (code, output) = Dotnet.Run(root, Home, "msbuild", project, "-t:Pack", "-v:m", "-nologo");
        Assert.True(code == 0, output);
        return output;
    }
}
