namespace Shardwright.Hardware;

/// <summary>A statement or declaration in the user's source.</summary>
/// <param name="File">Path relative to the project, with <c>/</c>.</param>
/// <param name="Line">1-based.</param>
/// <param name="Text">The statement on one line.</param>
public sealed record PlanSource(string File, int Line, string Text)
{
    /// <summary>File name and line, <c>DecoderBlock.cs(24)</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{File.Substring(File.LastIndexOf('/') + 1)}({Line})");
}
