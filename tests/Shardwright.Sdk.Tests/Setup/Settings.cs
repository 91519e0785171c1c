using System.Reflection;

namespace Shardwright.Sdk.Tests.Setup;

/// <summary>What the build told the tests.</summary>
internal static class Settings
{
    public static readonly string Repository = Of("Repository"), Configuration = Of("Configuration"), ProductVersion = Of("ProductVersion"), DotnetHost = Of("DotnetHost"), SdkVersion = Of("SdkVersion"),
        PackageCache = Of("PackageCache");

    private static string Of(string key) => typeof(Settings).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
