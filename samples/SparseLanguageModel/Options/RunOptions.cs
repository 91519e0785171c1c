namespace SparseLanguage.Options;

/// <summary>What the command line asks for. <paramref name="Text"/> null: the API documentation; <paramref name="Json"/> null: no report file; <paramref name="Trace"/> null: no trace.</summary>
public sealed record RunOptions(int Steps, ulong Seed, string? Text, string? Json, bool Quiet, bool FreezeExperts, string? Trace);
