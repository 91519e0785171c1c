using System.IO.Compression;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>The package Shardwright without its SDK, and through a library.</summary>
public sealed class PackageAloneTests(Feed feed)
{
    private const string Executable = "<OutputType>Exe</OutputType>";

    [Fact]
    public void PackageReference_WithoutTheSdk_Trains()
    {
        string reference = $"""<ItemGroup><PackageReference Include="Shardwright" Version="{Feed.Version}" /></ItemGroup>""";
        var consumer = new Consumer(feed, "alone", ("Alone.csproj", Sources.Project("Microsoft.NET.Sdk", Executable + "<ShardwrightMesh>data=4</ShardwrightMesh>", reference)), ("Model.cs", Sources.Model), ("Program.cs", Sources.Program));
        Assert.Empty(consumer.Build().Problems);
        Assert.Contains("learned on 4 ranks", consumer.Dotnet("run", "--no-build").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_PackedAndUsedByAProgram_BringsTheRuntimeAlong()
    {
        var library = new Consumer(feed, "library", ("Library.csproj", Sources.Project(properties: "<PackageOutputPath>$(MSBuildProjectDirectory)/out</PackageOutputPath>")), ("Model.cs", Sources.Model));
        var pack = library.Dotnet("pack");
        Assert.True(pack.ExitCode == 0, pack.Output);
        using (var archive = ZipFile.OpenRead(Path.Combine(library.Folder, "out", "Library.1.0.0.nupkg")))
        using (var manifest = new StreamReader(archive.GetEntry("Library.nuspec")!.Open()))
            Assert.Contains($"""<dependency id="Shardwright" version="{Feed.Version}" """, manifest.ReadToEnd(), StringComparison.Ordinal);

        var program = new Consumer(feed, "program", ("Program.csproj", Sources.Project("Microsoft.NET.Sdk", Executable, """<ItemGroup><ProjectReference Include="../library/Library.csproj" /></ItemGroup>""")), ("Program.cs", Sources.Program));
        Assert.Empty(program.Build().Problems);
        Assert.Contains("learned on 2 ranks", program.Dotnet("run", "--no-build").Output, StringComparison.Ordinal);
        Assert.Contains("\"System.Runtime.TieredCompilation.QuickJitForLoops\": false", program.Read("bin/Debug/net10.0/Program.runtimeconfig.json"), StringComparison.Ordinal);
    }
}
