namespace Shardwright.Hardware.Tests;

/// <summary>
/// A measured pass of one MoE layer of Megatron-Core on eight H100 with one rank each and 4,096 tokens a rank, routing forced to be balanced. What runs is read from the benchmark's own configuration
/// (Megatron-LM, tests/functional_tests/test_cases/common/moe_perf): two matrices an expert with GELU between them (its configuration sets no gate) and no shared expert (it passes no size for one);
/// tokens of the DeepSeek proxy reach at most 4 of 8 groups, a group a rank.
/// </summary>
public sealed record ExpertLayerRun(string Proxy, string Dispatcher, OperandFormat Format, int Ranks, int Width, int Hidden, int Experts, int TopK, int Tokens, bool Backward, double Seconds)
{
    private const int Bytes = 2;

    /// <summary>Forward and backward pass of each row.</summary>
    public static ExpertLayerRun[] All() =>
    [
        .. PublishedRow.Of("training_time", "megatron_core_moe_layer_h100_ep8").SelectMany(row => new[] { false, true }, (row, backward) => new ExpertLayerRun(
            row.Text("proxy"),
            row.Text("dispatcher"),
            row.Text("dtype") == "fp8" ? OperandFormat.Float8 : OperandFormat.BFloat16,
            row.Whole("ep"),
            row.Whole("hidden"),
            row.Whole("moe_ffn"),
            row.Whole("experts"),
            row.Whole("topk"),
            row.Whole("tokens_per_rank"),
            backward,
            row.Number(backward ? "bwd_ms" : "fwd_ms") / 1000)),
    ];

    public string Name => $"{Proxy} {Dispatcher} {Format} {(Backward ? "backward" : "forward")}";

    /// <summary>
    /// Copies of a token in the send buffer: one for each of its experts with plain all-to-all, one for each different rank with the two dispatchers that send a token to a rank once.
    /// </summary>
    public double Copies => Dispatcher == "a2a" ? TopK
        : Proxy == "deepseek" ? DispatchTraffic.ExpectedDestinations(Experts, TopK, Ranks, routerGroups: Ranks, groupsPerToken: 4)
        : DispatchTraffic.ExpectedDestinations(Experts, TopK, Ranks);

    /// <summary>Predicted time, s: ops on the machine, two all-to-alls, and a fixed time.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="fixedSeconds">Everything whose time does not depend on sizes.</param>
    public double Predict(Machine machine, double fixedSeconds)
    {
        long picoseconds = Ops().Sum(op => OpTime.Of(machine.Rank, op).Duration);
        var exchange = CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, Ranks, 1), (long)(Tokens * Copies * Width * Bytes));
        return (picoseconds + 2 * exchange.Picoseconds) * 1e-12 + fixedSeconds;
    }

    private IEnumerable<OpWork> Ops()
    {
        long rows = (long)Tokens * TopK, sent = (long)(Tokens * Copies), local = Experts / Ranks;
        bool plain = Dispatcher == "a2a";

        yield return Move(Tokens * Width, 0);
        for (int way = 0; way < 2; way++)
        {
            // Rows are put in the order of ranks before plain all-to-all, and in the order of experts behind any; the way back is the reverse.
            if (plain)
                yield return Move((long)Tokens * Width, rows * Width);
            yield return Move(sent * Width, rows * Width);
        }

        for (int pass = 0; pass < (Backward ? 2 : 1); pass++)
        {
            yield return Product(local, rows / local, Width, Hidden);
            yield return Product(local, rows / local, Hidden, Width);
        }

        // GELU (2 B in, 2 out), times the gate's probability in float32 (2 in, 4 out), back to 2 B (4 in, 2 out): 16 B an element. Backward: to float32 (6), gradients of both factors (12 and 10) and
        // a sum over the columns (4), back to 2 B (6), GELU's gradient (6): 44 B.
        yield return Move(rows * Hidden * (Backward ? 22 : 8) / 2, rows * Hidden * (Backward ? 22 : 8) / 2);

        // 8-bit operands are made from 2-byte ones, as rows and as columns: 2 B in, 2 out. Weights only once.
        if (Format == OperandFormat.Float8)
            yield return Move(rows * (Width + Hidden) + (Backward ? 0 : 2 * local * Width * Hidden), rows * (Width + Hidden) + (Backward ? 0 : 2 * local * Width * Hidden));
    }

    private OpWork Product(long count, long rows, long inner, long columns) => new()
    {
        Products = [new MatrixWork(count, rows, inner, columns, Format)],
        ReadBytes = new(count * (rows * inner + inner * columns) * (Format == OperandFormat.Float8 ? 1 : 2)),
        WriteBytes = new(count * rows * columns * Bytes),
    };

    /// <summary>Reads and writes so many 2-byte elements.</summary>
    private static OpWork Move(long reads, long writes) => new() { ReadBytes = new(Bytes * reads), WriteBytes = new(Bytes * writes) };
}
