using System.Diagnostics;
using System.Globalization;
using Shardwright.Execution;

namespace KernelSpeed;

/// <summary>Forward and backward pass of causal attention on several threads, timed as the peer program times its own.</summary>
internal sealed class AttentionPass
{
    private const int WarmUp = 10, Passes = 60;

    private readonly int length;
    private readonly int threads;

    private AttentionPass(int length, int threads) => (this.length, this.threads) = (length, threads);

    public static AttentionPass? Parse(string context, string threads, out string problem)
    {
        problem = $"--attention {context} {threads}: need a context that divides {AttentionCases.Tokens} tokens, and at least one thread";
        return int.TryParse(context, out int length) && length > 0 && AttentionCases.Tokens % length == 0 && int.TryParse(threads, out int count) && count > 0 ? new(length, count) : null;
    }

    public int Print(TextWriter output)
    {
        using var pool = new WorkPool(threads);
        using var buffers = new Buffers();
        WorkPool.Current = pool;
        var (forward, backward) = AttentionCases.Pass(buffers, length);
        var milliseconds = new List<double>();
        for (int pass = -WarmUp; pass < Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            forward();
            backward();
            if (pass >= 0)
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        WorkPool.Current = null;
        milliseconds.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"attention forward + backward, context {length}, {threads} threads: median {milliseconds[Passes / 2]:F3} ms (best {milliseconds[0]:F3} ms)"));
        return 0;
    }
}
