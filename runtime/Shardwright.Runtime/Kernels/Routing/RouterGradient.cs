using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// dlogits[t, e] = the softmax-over-kept gradient of dgates, at the kept experts: gate · (dgate − Σ_k gate·dgate)
    /// + balanceScale · p_e · (counts_e − Σ_j p_j·counts_j) + zScale · 2 · logsumexp(logits_t) · p_e. Overwrites. Counts are the copies
    /// sent to each expert over the whole micro-batch (constants for the gradient); balanceScale is everything that multiplies Σ_e counts_e · p[t, e]
    /// in the loss, zScale everything that multiplies a token's logsumexp².
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or an expert lies outside [0, expertCount).</exception>
    public static void RouterGradient(
        ReadOnlySpan<int> experts,
        ReadOnlySpan<float> gates,
        ReadOnlySpan<float> dgates,
        ReadOnlySpan<float> probabilities,
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> counts,
        Span<float> dlogits,
        int rows,
        int expertCount,
        int k,
        float balanceScale,
        float zScale)
    {
        RequireRouting(nameof(RouterGradient), rows, k, expertCount);
        Require.Length(nameof(RouterGradient), nameof(experts), experts.Length, (long)rows * k);
        Require.Length(nameof(RouterGradient), nameof(gates), gates.Length, (long)rows * k);
        Require.Length(nameof(RouterGradient), nameof(dgates), dgates.Length, (long)rows * k);
        Require.Length(nameof(RouterGradient), nameof(probabilities), probabilities.Length, (long)rows * expertCount);
        Require.Length(nameof(RouterGradient), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(RouterGradient), nameof(counts), counts.Length, expertCount);
        Require.Length(nameof(RouterGradient), nameof(dlogits), dlogits.Length, (long)rows * expertCount);
        RequireExperts(nameof(RouterGradient), experts, expertCount);
        var weights = Scratch.Shared(expertCount);
        for (var e = 0; e < expertCount; e++)
            weights[e] = counts[e];
        fixed (int* pexperts = experts)
        fixed (float* pgates = gates, pdgates = dgates, pprobabilities = probabilities, plogits = logits, pdlogits = dlogits)
        {
            var work = new RouterGradientRows
            {
                Experts = pexperts,
                Gates = pgates,
                GateGradients = pdgates,
                Probabilities = pprobabilities,
                Logits = plogits,
                Counts = weights,
                Target = pdlogits,
                ExpertCount = expertCount,
                K = k,
                BalanceScale = balanceScale,
                ZScale = zScale,
            };
            Ranges.For(work, rows, expertCount);
        }
    }

    private struct RouterGradientRows : IRangeWork
    {
        public int* Experts;
        public float* Gates;
        public float* GateGradients;
        public float* Probabilities;
        public float* Logits;
        public float* Counts;
        public float* Target;
        public nint ExpertCount;
        public int K;
        public float BalanceScale;
        public float ZScale;

        public readonly void Run(nint begin, nint end)
        {
            var block = Scratch.Floats(2 * ExpertCount * RowLanes.Count);
            var p = block + (ExpertCount * RowLanes.Count);
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                var shift = Vector512<float>.Zero;
                if (ZScale != 0)
                {
                    RowLanes.Read(Logits + (row * ExpertCount), block, rows, ExpertCount);
                    shift = Vector512.Create(ZScale * 2) * RowLanes.LogSumExp(block, ExpertCount);
                }

                RowLanes.Read(Probabilities + (row * ExpertCount), p, rows, ExpertCount);
                Auxiliary(p, shift);
                RowLanes.Write(p, Target + (row * ExpertCount), rows, ExpertCount);
                for (nint l = 0; l < rows; l++)
                    AddGates(row + l, Target + ((row + l) * ExpertCount));
            }
        }

        // The counts are shifted by the z-loss's 2 · zScale · logsumexp less balanceScale · Σ_j p_j · counts_j.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Auxiliary(float* p, Vector512<float> shift)
        {
            var scale = Vector512.Create(BalanceScale);
            if (BalanceScale != 0)
                shift -= scale * RowLanes.Dot(p, Counts, ExpertCount);
            for (nint e = 0; e < ExpertCount; e++)
            {
                var at = p + (e * RowLanes.Count);
                (Vector512.Load(at) * Vector512.FusedMultiplyAdd(scale, Vector512.Create(Counts[e]), shift)).Store(at);
            }
        }

        private readonly void AddGates(nint row, float* to)
        {
            var gates = Gates + (row * K);
            var upstream = GateGradients + (row * K);
            var dot = 0f;
            for (var i = 0; i < K; i++)
                dot = MathF.FusedMultiplyAdd(gates[i], upstream[i], dot);
            for (var i = 0; i < K; i++)
                to[Experts[(row * K) + i]] += gates[i] * (upstream[i] - dot);
        }
    }
}
