using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Shardwright.Tasks;

/// <summary>The plans that a built assembly carries, read from its metadata: nothing of the assembly is loaded or run, so its own dependencies need not be there.</summary>
public static class CompiledPlans
{
    private const string Namespace = "Shardwright.Execution", Name = "CompiledPlanAttribute";

    /// <summary>Model and JSON of every <c>[assembly: CompiledPlan(model, json)]</c>, by model.</summary>
    /// <param name="path">The assembly.</param>
    /// <exception cref="BadImageFormatException">It is no managed assembly.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<(string Model, string Json)> Read(string path)
    {
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        if (!image.HasMetadata)
            throw new BadImageFormatException($"{path} is no managed assembly.");
        var metadata = image.GetMetadataReader();
        return [.. metadata.GetAssemblyDefinition().GetCustomAttributes().Select(metadata.GetCustomAttribute).Where(attribute => IsPlan(metadata, attribute)).Select(attribute => Arguments(metadata, attribute))
            .OrderBy(plan => plan.Model, StringComparer.Ordinal)];
    }

    private static bool IsPlan(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference || metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is not { Kind: HandleKind.TypeReference } parent)
            return false;
        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.StringComparer.Equals(type.Name, Name) && metadata.StringComparer.Equals(type.Namespace, Namespace);
    }

    /// <summary>Two strings behind a prolog of two bytes: ECMA-335, II.23.3.</summary>
    private static (string Model, string Json) Arguments(MetadataReader metadata, CustomAttribute attribute)
    {
        var blob = metadata.GetBlobReader(attribute.Value);
        blob.ReadUInt16();
        return (blob.ReadSerializedString() ?? "", blob.ReadSerializedString() ?? "");
    }
}
