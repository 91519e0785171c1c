using System.Security.Cryptography;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>The same sources in two folders.</summary>
public sealed class DeterminismTests(Feed feed)
{
    [Fact]
    public void TwoCheckouts_GiveTheSameBits()
    {
        string[] hashes = [.. ((string[])["checkout-a", "b/another/checkout"]).Select(folder =>
        {
            // Compilers write the folder into an assembly unless it is mapped: nothing of ours may undo that.
            var consumer = new Consumer(feed, folder, ("Small.csproj", Sources.Project(properties: "<PathMap>$(MSBuildProjectDirectory)=/_/</PathMap>")), ("Model.cs", Sources.Model));
            consumer.Build();
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(consumer.Folder, "bin/Debug/net10.0/Small.dll"))));
        })];
        Assert.Equal(hashes[0], hashes[1]);
    }
}
