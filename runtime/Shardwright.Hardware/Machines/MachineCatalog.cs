namespace Shardwright.Hardware;

/// <summary>The machines that come with Shardwright.</summary>
public static class MachineCatalog
{
    /// <summary>What is predicted for when nothing else is asked for.</summary>
    public const string Default = "trn2.48xlarge";

    /// <summary>Names of all built-in machines, sorted.</summary>
    public static IReadOnlyList<string> Names => throw new NotImplementedException();

    /// <summary>A built-in machine by its name; null when there is none.</summary>
    public static Machine? Find(string name) => throw new NotImplementedException();
}
