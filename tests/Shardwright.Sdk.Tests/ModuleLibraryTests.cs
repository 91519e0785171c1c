using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>A package of modules, and a model in a project that has the package but not its source.</summary>
public sealed class ModuleLibraryTests(Feed feed)
{
    [Fact]
    public void Modules_OfAPackage_AreTrainedInAModelOfAnotherProject()
    {
        int split = Sources.Model.IndexOf("[Module]", StringComparison.Ordinal);
        string head = Sources.Model[..Sources.Model.IndexOf("[Model", StringComparison.Ordinal)];
        var layers = new Consumer(feed, "layers", ("Layers.csproj", Sources.Project(properties: "<PackageOutputPath>$(MSBuildProjectDirectory)/out</PackageOutputPath>")), ("Expert.cs", head + Sources.Model[split..]));
        var pack = layers.Dotnet("pack");
        Assert.True(pack.ExitCode == 0, pack.Output);

        string project = Sources.Project(properties: "<OutputType>Exe</OutputType>", rest: """<ItemGroup><PackageReference Include="Layers" Version="1.0.0" /></ItemGroup>""");
        var model = new Consumer(feed, "layered", ("Layered.csproj", project), ("Model.cs", Sources.Model[..split]), ("Program.cs", Sources.Program), ("nuget.config", $"""
            <configuration>
              <packageSources><add key="layers" value="{Path.Combine(layers.Folder, "out")}" /></packageSources>
              <packageSourceMapping><packageSource key="layers"><package pattern="Layers" /></packageSource></packageSourceMapping>
            </configuration>
            """));
        Assert.Empty(model.Build().Problems);
        Assert.DoesNotContain("Consuming.Expert.Graph.g.cs", model.Files(Sources.GeneratedFolder));
        var run = model.Dotnet("run", "--no-build");
        Assert.Contains("learned on 2 ranks", run.Output, StringComparison.Ordinal);
    }
}
