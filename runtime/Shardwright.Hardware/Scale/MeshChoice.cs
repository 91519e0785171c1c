namespace Shardwright.Hardware;

/// <summary>The mesh of a program on a number of chips: every rank of every chip is a data rank, and the experts are split over some of them.</summary>
public static class MeshChoice
{
    /// <summary>The mesh, or in words why there is none.</summary>
    /// <param name="program">The step.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="chips">Chips.</param>
    /// <param name="expert">Expert-parallel degree; null for the largest that divides the ranks and every group's experts.</param>
    public static (MeshPlacement? Mesh, string? Problem) Of(TimedProgram program, Machine machine, int chips, int? expert)
    {
        long ranks = (long)chips * machine.RanksPerChip, most = machine.Levels.Any(level => level.Units == 0) ? int.MaxValue : machine.Levels.Aggregate(1L, (product, level) => product * level.Units);
        if (chips < 1)
            return (null, $"got {chips} chips; need at least 1");
        if (ranks > most)
            return (null, $"got {chips} chips, {ranks} ranks; {machine.Name} has {most} ranks");
        int degree = expert ?? Largest(program, (int)ranks);
        if (degree < 1 || ranks % degree != 0)
            return (null, $"expert = {degree} does not divide the {ranks} ranks of {chips} chips with {machine.RanksPerChip} each; need a divisor of {ranks}");
        if (program.Sites.FirstOrDefault(site => site.Experts % degree != 0) is { } site)
            return (null, $"expert = {degree} does not divide the {site.Experts} experts of '{site.Path}'; need a divisor of {site.Experts}");
        return (new((int)ranks, degree), null);
    }

    /// <summary>The ways in which the mesh may lie on the machine: one where both are the same.</summary>
    public static IEnumerable<MeshPlacement> Placements(MeshPlacement mesh) =>
        mesh.Expert == 1 || mesh.Expert == mesh.Data ? [mesh] : [mesh, mesh with { ExpertInnermost = !mesh.ExpertInnermost }];

    /// <summary>The largest expert-parallel degree: the greatest common divisor of the ranks and the experts of all groups; 1 without experts.</summary>
    public static int Largest(TimedProgram program, int ranks) => program.Sites.Count == 0 ? 1 : program.Sites.Aggregate(ranks, (divisor, site) => Common(divisor, site.Experts));

    private static int Common(int a, int b) => b == 0 ? a : Common(b, a % b);
}
