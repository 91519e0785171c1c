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

        [SkipLocalsInit]
        public readonly void Run(nint begin, nint end)
        {
            var shifts = stackalloc float[Row.MostAtOnce];
            var step = Row.RowsAtOnce(ExpertCount);
            for (var first = begin; first < end; first += step)
            {
                var rows = Math.Min(step, end - first);
                Shifts(first, rows, shifts);
                for (nint i = 0; i < rows; i++)
                    Auxiliary(Probabilities + ((first + i) * ExpertCount), Target + ((first + i) * ExpertCount), shifts[i]);
                for (nint i = 0; i < rows; i++)
                    AddGates(first + i, Target + ((first + i) * ExpertCount));
            }
        }

        // What the counts are shifted by: the z-loss's 2 · zScale · logsumexp less balanceScale · Σ_j p_j · counts_j.
        private readonly void Shifts(nint first, nint rows, float* shifts)
        {
            if (ZScale == 0)
                new Span<float>(shifts, (int)rows).Clear();
            else
                LogSumExps.Run(Logits + (first * ExpertCount), shifts, rows, ExpertCount);
            for (nint i = 0; i < rows; i++)
            {
                var offset = BalanceScale == 0 ? 0 : BalanceScale * Row.Dot(Probabilities + ((first + i) * ExpertCount), Counts, ExpertCount);
                shifts[i] = (ZScale * 2 * shifts[i]) - offset;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Auxiliary(float* p, float* to, float shifted)
        {
            var scale = Vector512.Create(BalanceScale);
            var shift = Vector512.Create(shifted);
            for (nint e = 0; e < ExpertCount; e += Lanes.Count)
            {
                var left = ExpertCount - e;
                Lanes.Store(Lanes.Load(p + e, left) * Vector512.FusedMultiplyAdd(scale, Lanes.Load(Counts + e, left), shift), to + e, left);
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
