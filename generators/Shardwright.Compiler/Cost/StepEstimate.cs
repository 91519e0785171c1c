using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>What a training step costs on a machine at even load.</summary>
/// <param name="Costs">Every statement's cost on the machine and mesh.</param>
/// <param name="Ops">Every statement by number: engine times, roof, intensity.</param>
/// <param name="Clock">One rank's clock after the step; every rank's is the same.</param>
/// <param name="Summary">Time, utilisation, energy, cost.</param>
/// <param name="Other">Time of the mesh's other placement, picoseconds; null when there is one only.</param>
public sealed record StepEstimate(ProgramCosts Costs, IReadOnlyList<OpEstimate> Ops, RankClock Clock, StepSummary Summary, long? Other)
{
    public Machine Machine => Costs.Machine;
}
