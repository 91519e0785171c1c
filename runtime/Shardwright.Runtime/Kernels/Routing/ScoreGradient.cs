using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// dlogits of <see cref="ScoreGates"/>, of the balance loss on scores divided by their sum, and of the router z-loss. Overwrites. With s the scores, S their sum, K the kept ones'
    /// sum, g the gates, c the counts and p = s ÷ S: ds_e = balanceScale · (c_e − Σ_j p_j·c_j) ÷ S, at the kept experts + (scale · dg_e − Σ_j g_j·dg_j) ÷ K, or + scale · dg_e without
    /// renormalisation; dlogits = ds · s′ + zScale · 2 · logsumexp · softmax. The softmax, whose scores hang together, has its own form.
    /// </summary>
    /// <param name="experts">[rows, k].</param>
    /// <param name="gates">[rows, k].</param>
    /// <param name="dgates">[rows, k].</param>
    /// <param name="logits">[rows, expertCount].</param>
    /// <param name="counts">Copies of each expert [expertCount, sequences]: constants; one sequence holds all rows where the loss's scope is the micro-batch.</param>
    /// <param name="dlogits">[rows, expertCount].</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="sequences">Sequences of the counts, which divide the rows.</param>
    /// <param name="expertCount">E.</param>
    /// <param name="k">Experts a token.</param>
    /// <param name="score">The router's score.</param>
    /// <param name="renormalize">Whether gates are divided by their sum.</param>
    /// <param name="scale">Factor of every gate.</param>
    /// <param name="balanceScale">Everything that multiplies Σ_e counts_e · p[t, e] in the loss.</param>
    /// <param name="zScale">Everything that multiplies a token's logsumexp².</param>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or an expert lies outside [0, expertCount).</exception>
    public static void ScoreGradient(
        ReadOnlySpan<int> experts, ReadOnlySpan<float> gates, ReadOnlySpan<float> dgates, ReadOnlySpan<float> logits, ReadOnlySpan<int> counts, Span<float> dlogits,
        int rows, int sequences, int expertCount, int k, RouterScore score, bool renormalize, float scale, float balanceScale, float zScale)
    {
        RequireRouting(nameof(ScoreGradient), rows, k, expertCount);
        Require.Positive(nameof(ScoreGradient), nameof(sequences), sequences);
        Require.Length(nameof(ScoreGradient), nameof(experts), experts.Length, (long)rows * k);
        Require.Length(nameof(ScoreGradient), nameof(gates), gates.Length, (long)rows * k);
        Require.Length(nameof(ScoreGradient), nameof(dgates), dgates.Length, (long)rows * k);
        Require.Length(nameof(ScoreGradient), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(ScoreGradient), nameof(counts), counts.Length, (long)expertCount * sequences);
        Require.Length(nameof(ScoreGradient), nameof(dlogits), dlogits.Length, (long)rows * expertCount);
        RequireExperts(nameof(ScoreGradient), experts, expertCount);
        fixed (int* pexperts = experts, pcounts = counts)
        fixed (float* pgates = gates, pdgates = dgates, plogits = logits, pdlogits = dlogits)
        {
            var work = new ScoreGradientRows
            {
                Experts = pexperts,
                Gates = pgates,
                GateGradients = pdgates,
                Logits = plogits,
                Counts = pcounts,
                Target = pdlogits,
                RowsPerSequence = Math.Max(1, rows / sequences),
                Sequences = sequences,
                ExpertCount = expertCount,
                K = k,
                Score = score,
                Renormalize = renormalize,
                GateScale = scale,
                BalanceScale = balanceScale,
                ZScale = zScale,
            };
            Ranges.For(work, rows, 2 * expertCount);
        }
    }

    private struct ScoreGradientRows : IRangeWork
    {
        public int* Experts;
        public float* Gates;
        public float* GateGradients;
        public float* Logits;
        public int* Counts;
        public float* Target;
        public nint RowsPerSequence;
        public nint Sequences;
        public nint ExpertCount;
        public int K;
        public RouterScore Score;
        public bool Renormalize;
        public float GateScale;
        public float BalanceScale;
        public float ZScale;

        public readonly void Run(nint begin, nint end)
        {
            var size = ExpertCount * RowLanes.Count;
            var logits = Scratch.Floats(3 * size);
            var scores = logits + size;
            var gradient = scores + size;
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                RowLanes.Read(Logits + (row * ExpertCount), logits, rows, ExpertCount);
                Buffer.MemoryCopy(logits, scores, size * sizeof(float), size * sizeof(float));
                ScoreLanes.Apply(Score, scores, ExpertCount);
                Balance(scores, gradient, row, rows);
                for (nint l = 0; l < rows; l++)
                    AddGates(row + l, scores + l, gradient + l);
                if (Score == RouterScore.Softmax)
                    ThroughSoftmax(scores, gradient);
                else
                    ScoreLanes.Differentiate(Score, logits, scores, gradient, ExpertCount);
                if (ZScale != 0)
                    RouterZ(logits, gradient);
                RowLanes.Write(gradient, Target + (row * ExpertCount), rows, ExpertCount);
                for (nint l = 0; l < rows && Score == RouterScore.Softmax && Renormalize; l++)
                    AddKept(row + l, Target + ((row + l) * ExpertCount));
            }
        }

        // gradient = balanceScale · counts of the row's sequence, through the division by the sum where there is one; the softmax's is 1, and its own gradient does the rest.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Balance(float* scores, float* gradient, nint row, nint rows)
        {
            for (nint e = 0; e < ExpertCount; e++)
            {
                for (nint l = 0; l < RowLanes.Count; l++)
                    gradient[(e * RowLanes.Count) + l] = l < rows ? BalanceScale * Counts[(e * Sequences) + ((row + l) / RowsPerSequence)] : 0;
            }

            if (Score == RouterScore.Softmax)
                return;
            var inverse = Vector512<float>.One / (ScoreLanes.Sum(scores, ExpertCount) + Vector512.Create(ScoreLanes.Smallest));
            var mean = Dot(scores, gradient) * inverse;
            for (nint e = 0; e < ExpertCount; e++)
            {
                var at = gradient + (e * RowLanes.Count);
                ((Vector512.Load(at) - mean) * inverse).Store(at);
            }
        }

        // One row, at its lane: the gates' part of dscores. The softmax over the kept logits alone is added behind everything else.
        private readonly void AddGates(nint row, float* scores, float* gradient)
        {
            if (Score == RouterScore.Softmax && Renormalize)
                return;
            var (dot, sum) = (0f, 0f);
            for (var i = 0; i < K && Renormalize; i++)
            {
                dot = MathF.FusedMultiplyAdd(Gates[(row * K) + i], GateGradients[(row * K) + i], dot);
                sum += scores[Experts[(row * K) + i] * RowLanes.Count];
            }

            for (var i = 0; i < K; i++)
            {
                var own = GateScale * GateGradients[(row * K) + i];
                gradient[Experts[(row * K) + i] * RowLanes.Count] += Renormalize ? (own - dot) / (sum + ScoreLanes.Smallest) : own;
            }
        }

        private readonly void AddKept(nint row, float* to)
        {
            var dot = 0f;
            for (var i = 0; i < K; i++)
                dot = MathF.FusedMultiplyAdd(Gates[(row * K) + i], GateGradients[(row * K) + i], dot);
            for (var i = 0; i < K; i++)
                to[Experts[(row * K) + i]] += Gates[(row * K) + i] * (GateGradients[(row * K) + i] - (dot / GateScale));
        }

        // gradient = p · (gradient − Σ p · gradient)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void ThroughSoftmax(float* p, float* gradient)
        {
            var mean = Dot(p, gradient);
            for (nint e = 0; e < ExpertCount; e++)
            {
                var at = gradient + (e * RowLanes.Count);
                (Vector512.Load(p + (e * RowLanes.Count)) * (Vector512.Load(at) - mean)).Store(at);
            }
        }

        // gradient += zScale · 2 · logsumexp · softmax; the logits' block becomes scratch.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void RouterZ(float* logits, float* gradient)
        {
            var factor = RowLanes.Softmax(logits, ExpertCount) * Vector512.Create(2 * ZScale);
            for (nint e = 0; e < ExpertCount; e++)
            {
                var at = gradient + (e * RowLanes.Count);
                Vector512.FusedMultiplyAdd(factor, Vector512.Load(logits + (e * RowLanes.Count)), Vector512.Load(at)).Store(at);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly Vector512<float> Dot(float* a, float* b)
        {
            var sum = Vector512<float>.Zero;
            for (nint e = 0; e < ExpertCount; e++)
                sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + (e * RowLanes.Count)), Vector512.Load(b + (e * RowLanes.Count)), sum);
            return sum;
        }
    }
}
