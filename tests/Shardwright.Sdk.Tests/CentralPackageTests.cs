using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>The package that the SDK brings, beside what the user says of it.</summary>
public sealed class CentralPackageTests(Feed feed)
{
    [Fact]
    public void Central_WithoutThePackage_TakesTheSdksVersion() => Assert.Empty(Central("central-none", "").Build("-t:Restore").Problems);

    [Fact]
    public void Central_WithTheSameVersion_BuildsWithoutWarning()
    {
        var consumer = Central("central-same", $"""<PackageVersion Include="Shardwright" Version="{Feed.Version}" />""");
        Assert.Empty(consumer.Build().Problems);
        Assert.Equal(Sources.Generated, consumer.Files(Sources.GeneratedFolder));
    }

    [Fact]
    public void Central_WithAnotherVersion_YieldsAndSaysWhatDoesNotFit()
        => SaysBothVersions(Central("central-other", $"""<PackageVersion Include="Shardwright" Version="{Feed.OtherVersion}" />""").FailToBuild());

    [Fact]
    public void Reference_OfAnotherVersion_YieldsAndSaysWhatDoesNotFit()
    {
        string reference = $"""<ItemGroup><PackageReference Include="Shardwright" Version="{Feed.OtherVersion}" /></ItemGroup>""";
        SaysBothVersions(new Consumer(feed, "reference-other", ("Small.csproj", Sources.Project(rest: reference)), ("Model.cs", Sources.Model)).FailToBuild());
    }

    private Consumer Central(string name, string version) => new(feed, name, ("Small.csproj", Sources.Project()), ("Model.cs", Sources.Model), ("Directory.Packages.props", $"""
        <Project>
          <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
          <ItemGroup>{version}</ItemGroup>
        </Project>
        """));

    private static void SaysBothVersions(BuildResult result)
    {
        Assert.Single(result.Problems);
        string text = result.OnlyError("SHW0005");
        Assert.Contains($"package Shardwright is {Feed.OtherVersion}", text, StringComparison.Ordinal);
        Assert.Contains($"SDK Shardwright.Sdk is {Feed.Version}", text, StringComparison.Ordinal);
        Assert.Contains("same version", text, StringComparison.Ordinal);
    }
}
