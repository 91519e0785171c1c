using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Link;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>The meshes on which a model compiles: Data divides the batch, Expert divides Data and every group's experts.</summary>
public sealed class LegalMeshes
{
    readonly int batch;
    readonly IReadOnlyList<int> experts;

    LegalMeshes(int batch, IReadOnlyList<int> experts) => (this.batch, this.experts) = (batch, experts);

    /// <summary>The meshes of a model; null when its batch or its experts are not known, or a build property decides the mesh, whatever the attribute says.</summary>
    public static LegalMeshes? Of(LinkedModel linked)
    {
        if (linked.Options.OverridesMesh || ModelInputs.Batch(linked.Model) is not { } batch)
            return null;
        try
        {
            var instances = new Instantiator(linked, microBatches: 1);
            instances.Model();
            return new(batch, [.. instances.Sites.Select(s => s.Experts).Distinct()]);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    /// <summary>Whether the model compiles on it.</summary>
    public bool Has(int data, int expert) => data > 0 && expert > 0 && batch % data == 0 && data % expert == 0 && experts.All(e => e % expert == 0);

    /// <summary>All of them, by Data and Expert.</summary>
    public IEnumerable<DeviceMesh> All() => Divisors(batch).SelectMany(data => Divisors(data).Where(expert => Has(data, expert)), (data, expert) => new DeviceMesh(data, expert));

    /// <summary>The mesh that differs least from the one that was asked for, as a ratio of sizes; the larger one of two that are as near.</summary>
    public DeviceMesh Nearest(int data, int expert) => All().OrderBy(m => Distance(m.Data, data) + Distance(m.Expert, expert)).ThenByDescending(m => m.Data).ThenByDescending(m => m.Expert).First();

    // Rounded, so that the same ratio upwards and downwards is the same distance on every machine.
    static double Distance(int size, int wanted) => Math.Round(Math.Abs(Math.Log((double)size / Math.Max(1, wanted), 2)), 9);

    static IEnumerable<int> Divisors(int number) => Enumerable.Range(1, (int)Math.Sqrt(number)).Where(d => number % d == 0).SelectMany(d => new[] { d, number / d }).Distinct().OrderBy(d => d);
}
