namespace Shardwright;

/// <summary>Where in training a routing decision is made.</summary>
/// <param name="Step">Training step, from 0; −1 in Evaluate and Forward.</param>
/// <param name="MicroBatch">Micro-batch within the step.</param>
/// <param name="Site">Index of the expert group in <see cref="Execution.ProgramPlan.Experts"/>.</param>
/// <param name="Layer">Layer within the group's stack.</param>
/// <param name="FirstToken">Global index, within the micro-batch, of the first row.</param>
/// <param name="Tokens">Tokens of the whole micro-batch.</param>
public readonly record struct RoutingSite(int Step, int MicroBatch, int Site, int Layer, int FirstToken, int Tokens);

/// <summary>Decides which experts a token goes to, in place of the router. Gates are still computed from the logits of the chosen experts.</summary>
public abstract class RoutingSource
{
    /// <summary>
    /// Writes the <paramref name="k"/> experts of each row to <paramref name="experts"/> [rows, k], given <paramref name="logits"/> [rows, expertCount]; on entry they are the router's own choice.
    /// The ranks call this concurrently; each for its own tokens.
    /// </summary>
    public abstract void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k);
}
