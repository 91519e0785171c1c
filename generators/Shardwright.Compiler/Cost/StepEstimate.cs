using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>What a training step costs on a machine at even load.</summary>
/// <param name="Costs">Every statement's cost on the machine and mesh.</param>
/// <param name="Clock">One rank's clock after the step; every rank's is the same.</param>
/// <param name="Other">The same of the mesh's other placement; null when there is one only.</param>
public sealed record StepEstimate(ProgramCosts Costs, RankClock Clock, RankClock? Other)
{
    public Machine Machine => Costs.Machine;

    /// <summary>Chips that the mesh occupies.</summary>
    public int Chips => (Costs.Placement.Data + Machine.RanksPerChip - 1) / Machine.RanksPerChip;
}
