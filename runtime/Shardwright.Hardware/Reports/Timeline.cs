namespace Shardwright.Hardware.Reports;

/// <summary>A stretch of time on a lane.</summary>
/// <param name="Operation">The statement.</param>
/// <param name="Lane">0 for the statement as a whole, else 1 + its <see cref="Engine"/>.</param>
/// <param name="Start">Picoseconds from the step's start.</param>
/// <param name="End">Picoseconds from the step's start.</param>
/// <param name="Iteration">Iterations of the loops around it; empty outside.</param>
public sealed record TimelineBar(int Operation, int Lane, long Start, long End, string Iteration);

/// <summary>Iterations that are not shown.</summary>
/// <param name="Description">Which: <c>block 2 to 58</c>.</param>
/// <param name="Bars">How many bars they have.</param>
/// <param name="Start">Start of the first, picoseconds.</param>
/// <param name="End">End of the last, picoseconds.</param>
public sealed record TimelineGap(string Description, int Bars, long Start, long End);

/// <summary>One rank's step by engine, as its clock walks through it at even load.</summary>
/// <param name="End">The step's time, picoseconds.</param>
/// <param name="Lanes">Statements, then the engines by their names on the target.</param>
/// <param name="Busy">Sum of the lengths of a lane's bars, those left out included, picoseconds.</param>
/// <param name="Bars">In the order of the walk.</param>
/// <param name="Omitted">What is left out.</param>
public sealed record Timeline(long End, IReadOnlyList<string> Lanes, IReadOnlyList<long> Busy, IReadOnlyList<TimelineBar> Bars, IReadOnlyList<TimelineGap> Omitted);

/// <summary>A part of the step's time.</summary>
/// <param name="Name">forward, backward, update; or the collective that was awaited.</param>
/// <param name="IsExposed">Whether it is communication that nothing hides.</param>
/// <param name="Picoseconds">Its time.</param>
public sealed record StepPart(string Name, bool IsExposed, long Picoseconds);
