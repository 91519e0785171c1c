using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class WorkPoolTests
{
    [Fact]
    public unsafe void Run_ManyJobs_CallsEveryItemOnce()
    {
        using var pool = new WorkPool(3);
        var hits = stackalloc int[64];
        for (var job = 0; job < 3000; job++)
        {
            var items = job % 64;
            new Span<int>(hits, 64).Clear();
            pool.Run(items, &Hit, (nint)hits);
            for (var i = 0; i < 64; i++)
                Assert.Equal(i < items ? 1 : 0, hits[i]);
            if (job % 500 == 0)
                Thread.Sleep(2);
        }
    }

    [Fact]
    public unsafe void Run_ItemThrows_RethrowsAndThePoolStaysUsable()
    {
        using var pool = new WorkPool(2);
        var hits = stackalloc int[8];
        for (var i = 0; i < 50; i++)
        {
            Assert.Throws<InvalidOperationException>(() => pool.Run(8, &Throw, 0));
            new Span<int>(hits, 8).Clear();
            pool.Run(8, &Hit, (nint)hits);
            Assert.Equal(1, hits[7]);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Kernels_AnyNumberOfThreads_GiveTheSameBits(int threads)
    {
        var expected = Step(new Buffers());
        using var pool = new WorkPool(threads);
        WorkPool.Current = pool;
        try
        {
            Numbers.SameBits(expected, Step(new Buffers()));
        }
        finally
        {
            WorkPool.Current = null;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kernels_InSteadyState_AllocateNothing(int threads)
    {
        using var pool = new WorkPool(threads);
        WorkPool.Current = pool;
        try
        {
            var buffers = new Buffers();
            for (var i = 0; i < 3; i++)
                Run(buffers);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 3; i++)
                Run(buffers);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        finally
        {
            WorkPool.Current = null;
        }
    }

    private static unsafe void Hit(nint state, int item) => Interlocked.Increment(ref ((int*)state)[item]);

    private static void Throw(nint state, int item) => throw new InvalidOperationException();

    private static float[] Step(Buffers b)
    {
        Run(b);
        return [.. b.Y, .. b.Z, .. b.Dw, .. b.Dq, .. b.Dk, .. b.Dv, .. b.Dtable, .. b.Statistics, .. b.Gain, .. b.Small];
    }

    // Big enough that every kernel splits its work.
    private static void Run(Buffers b)
    {
        const int N = Buffers.Tokens, W = Buffers.Width;
        K.MatMul(b.X, b.W, b.Y, N, W, W);
        K.MatMulTransposed(b.Y, b.W, b.Z, N, W, W, accumulate: true);
        var sequences = Segments.Uniform(6, N / 6);
        K.MatMulGradient(b.X, b.Z, b.Dw, sequences, W, W);
        K.RmsNorm(b.X, b.Gain, b.Y, b.Inverse, N, W, 1e-5f);
        K.RmsNormGradient(b.X, b.Gain, b.Inverse, b.Z, b.Y, N, W, accumulate: true);
        K.Silu(b.Y, b.Z);
        K.CausalAttention(b.X, b.Y, b.Z, b.Dq, b.Log, 6, N / 6, 3, 3, W / 3);
        K.CausalAttentionGradient(b.X, b.Y, b.Z, b.Dq, b.Log, b.X, b.Dq2, b.Dk, b.Dv, 6, N / 6, 3, 3, W / 3);
        K.Rope(b.Z, b.Z, 6, N / 6, 3, W / 3, 10000);
        K.RmsNormGainGradient(b.X, b.Inverse, b.Dk, b.Gain, sequences, W);
        K.Embed(b.Words, b.Dtable, b.Dq, W);
        K.EmbedGradient(b.Words, b.Dv, b.Dtable, sequences, Buffers.Vocabulary, W);
        K.CrossEntropy(b.X, b.Words, [], b.Small.AsSpan(0, 1), b.Inverse, sequences, W);
        K.RouterStatistics(b.X, b.Dq2, b.Statistics, sequences, W);
        b.Small[1] = K.SumOfSquares(b.X);
        K.AdamW(b.Dw, b.W, b.Mean, b.Variance, 1, 1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 1);
    }

    private sealed class Buffers
    {
        public const int Tokens = 600;
        public const int Width = 150;
        public const int Vocabulary = 40;

        public readonly float[] X = Numbers.Random(Tokens * Width, 1);
        public readonly float[] W = Numbers.Random(Width * Width, 2);
        public readonly float[] Y = new float[Tokens * Width];
        public readonly float[] Z = new float[Tokens * Width];
        public readonly float[] Dw = new float[Width * Width];
        public readonly float[] Dq = new float[Tokens * Width];
        public readonly float[] Dq2 = new float[Tokens * Width];
        public readonly float[] Dk = new float[Tokens * Width];
        public readonly float[] Dv = new float[Tokens * Width];
        public readonly float[] Log = new float[3 * Tokens];
        public readonly float[] Inverse = new float[Tokens];
        public readonly float[] Gain = Numbers.Random(Width, 3);
        public readonly float[] Dtable = Numbers.Random(Vocabulary * Width, 4);
        public readonly float[] Statistics = new float[Width + 1];
        public readonly float[] Mean = new float[Width * Width];
        public readonly float[] Variance = new float[Width * Width];
        public readonly float[] Small = new float[2];
        public readonly int[] Words = [.. Enumerable.Range(0, Tokens).Select(t => t * 7 % Vocabulary)];
    }
}
