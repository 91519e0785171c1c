namespace Shardwright.Generators;

/// <summary>The names of the generator's steps, by which tests see what an edit re-runs.</summary>
public static class TrackingNames
{
    public const string Extract = nameof(Extract);
    public const string Graphs = nameof(Graphs);
    public const string Libraries = nameof(Libraries);
    public const string Pack = nameof(Pack);
    public const string Collect = nameof(Collect);
    public const string Options = nameof(Options);
    public const string Link = nameof(Link);
    public const string Compile = nameof(Compile);
    public const string Join = nameof(Join);
    public const string Print = nameof(Print);
}
