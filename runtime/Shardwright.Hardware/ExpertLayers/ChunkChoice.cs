namespace Shardwright.Hardware;

/// <summary>In how many parts the rows of a rank's experts travel fastest: more parts hide more of an exchange behind products, and each costs latencies, starts of statements, and products of fewer rows.</summary>
public static class ChunkChoice
{
    /// <summary>No more parts are tried: what is left to hide halves with each doubling.</summary>
    public const int Most = 8;

    /// <summary>The fastest number of parts for a layer at even load, every expert at home: 1, 2, 4 or 8, no more than a rank has experts. Ties go to fewer.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="mesh">The mesh on it.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="experts">Experts of the layer.</param>
    /// <param name="exchange">How rows travel.</param>
    public static int Fastest(Machine machine, MeshPlacement mesh, ExpertLayerShape shape, int experts, RowExchange exchange)
    {
        int best = 1;
        long fastest = long.MaxValue;
        for (int chunks = 1; chunks <= Math.Min(Most, experts / mesh.Expert); chunks *= 2)
        {
            long time = Picoseconds(machine, mesh, shape, experts, exchange, chunks);
            if (time < fastest)
                (best, fastest) = (chunks, time);
        }
        return best;
    }

    /// <summary>Time of the layer, forward and backward, in a number of parts, picoseconds.</summary>
    public static long Picoseconds(Machine machine, MeshPlacement mesh, ExpertLayerShape shape, int experts, RowExchange exchange, int chunks) =>
        ProgramWalk.Balanced(new ProgramCosts(Program(shape, experts, exchange, chunks), machine, mesh)).Now;

    /// <summary>The statements of the layer in a number of parts.</summary>
    public static TimedProgram Program(ExpertLayerShape shape, int experts, RowExchange exchange, int chunks) => new ExpertLayerProgram(shape, experts, exchange, replicas: false, handsSums: false, chunks).Program;
}
