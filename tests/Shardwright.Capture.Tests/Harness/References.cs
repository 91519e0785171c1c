using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>The .NET reference pack of the SDK that builds the tests, and the surface that models are written against. Offline and exact.</summary>
public static class References
{
    public static ImmutableArray<MetadataReference> Net { get; } = [.. Directory.GetFiles(Metadata("RefPack"), "*.dll").Order(StringComparer.Ordinal).Select(Reference)];

    public static ImmutableArray<MetadataReference> Shardwright { get; } =
        Net.AddRange(Reference(typeof(Parameter).Assembly.Location), Reference(typeof(System.Numerics.Tensors.Tensor).Assembly.Location));

    public static string Metadata(string key) => typeof(References).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    static MetadataReference Reference(string path) => MetadataReference.CreateFromFile(path);
}
