using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>The ways to name an SDK in a project.</summary>
public sealed class SdkReferenceTests(Feed feed)
{
    [Fact]
    public void VersionInTheProject_Builds() => Builds("form-version", Sources.Project());

    [Fact]
    public void VersionInGlobalJson_Builds() => Builds("form-global", Sources.Project("Shardwright.Sdk"),
        ("global.json", $$"""{ "sdk": { "version": "{{Settings.SdkVersion}}" }, "msbuild-sdks": { "Shardwright.Sdk": "{{Feed.Version}}" } }"""));

    [Fact]
    public void BesideMicrosoftNetSdk_Builds() => Builds("form-two", Sources.Project($"Microsoft.NET.Sdk;{Sources.Sdk}"));

    [Fact]
    public void AsElement_Builds() => Builds("form-element", Sources.Project("Microsoft.NET.Sdk").Replace("<PropertyGroup>", $"""<Sdk Name="Shardwright.Sdk" Version="{Feed.Version}" /><PropertyGroup>""", StringComparison.Ordinal));

    private void Builds(string name, string project, params (string, string)[] files)
    {
        var consumer = new Consumer(feed, name, [("Small.csproj", project), ("Model.cs", Sources.Model), .. files]);
        var result = consumer.Build();
        Assert.Empty(result.Problems);
        Assert.Equal(Sources.Generated, consumer.Files(Sources.GeneratedFolder));
    }
}
