using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// experts[t, ·] = the k experts with the largest logits, or with a bias the largest score + bias, among the <paramref name="keptGroups"/> best of <paramref name="groups"/> equal
    /// groups, in descending order. A group's rank is the sum of its two largest scores (+ bias), with softmax its largest. Of equals the lower comes first; not-a-number comes last.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or the groups do not divide the experts or keep fewer than k.</exception>
    public static void ChooseExperts(ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k, RouterScore score = RouterScore.Softmax, int groups = 1, int keptGroups = 1, ReadOnlySpan<float> bias = default)
    {
        RequireRouting(nameof(ChooseExperts), rows, k, expertCount);
        Require.Length(nameof(ChooseExperts), nameof(logits), logits.Length, (long)rows * expertCount);
        Require.Length(nameof(ChooseExperts), nameof(experts), experts.Length, (long)rows * k);
        if (groups < 1 || expertCount % groups != 0 || keptGroups < 1 || keptGroups > groups || expertCount / groups * keptGroups < k)
            throw new ArgumentException($"Kernels.{nameof(ChooseExperts)}: {keptGroups} of {groups} groups of {expertCount} experts are kept; need groups that divide the experts, and k = {k} experts in those kept.", nameof(groups));
        if (!bias.IsEmpty)
            Require.Length(nameof(ChooseExperts), nameof(bias), bias.Length, expertCount);
        fixed (float* plogits = logits, pbias = bias)
        fixed (int* pexperts = experts)
        {
            if (groups == 1 && bias.IsEmpty)
                Ranges.For(new TopKRows(plogits, pexperts, expertCount, k), rows, (nint)expertCount * k);
            else
                Ranges.For(new RankedRows(plogits, bias.IsEmpty ? null : pbias, pexperts, expertCount, k, score, groups, keptGroups), rows, (nint)expertCount * (k + keptGroups));
        }
    }

    private readonly struct RankedRows(float* logits, float* bias, int* experts, int expertCount, int k, RouterScore score, int groups, int keptGroups) : IRangeWork
    {
        // A lane for each of sixteen rows: keys, scores, the groups' ranks, then the kept groups' and the chosen experts' numbers.
        public void Run(nint begin, nint end)
        {
            var keys = Scratch.Floats(((2 * expertCount) + groups + Math.Max(k, keptGroups)) * RowLanes.Count);
            var scores = keys + (expertCount * RowLanes.Count);
            var ranks = scores + (expertCount * RowLanes.Count);
            var chosen = (int*)(ranks + (groups * RowLanes.Count));
            for (var row = begin; row < end; row += RowLanes.Count)
            {
                var rows = Math.Min(RowLanes.Count, end - row);
                RowLanes.Read(logits + (row * expertCount), keys, rows, expertCount);
                Copy(keys, scores);
                if (score != RouterScore.Softmax || bias != null)
                    ScoreLanes.Apply(score, scores, expertCount);
                if (bias != null)
                {
                    AddBias(scores);
                    Copy(scores, keys);
                }

                Rank(scores, ranks);
                TopKRows.Order(ranks, groups);
                TopKRows.Largest((int*)ranks, groups, keptGroups, chosen);
                TopKRows.Order(keys, expertCount);
                Close((int*)keys, chosen);
                TopKRows.Largest((int*)keys, expertCount, k, chosen);
                RowLanes.Write((float*)chosen, (float*)experts + (row * k), rows, k);
            }
        }

        private void Copy(float* from, float* to)
            => new ReadOnlySpan<float>(from, expertCount * RowLanes.Count).CopyTo(new Span<float>(to, expertCount * RowLanes.Count));

        private void AddBias(float* scores)
        {
            for (nint e = 0; e < expertCount; e++)
            {
                var at = scores + (e * RowLanes.Count);
                (Vector512.Load(at) + Vector512.Create(bias[e])).Store(at);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Rank(float* scores, float* ranks)
        {
            var size = expertCount / groups;
            for (nint g = 0; g < groups; g++)
            {
                var (first, second) = (Vector512.Create(float.NegativeInfinity), Vector512.Create(float.NegativeInfinity));
                for (nint i = 0; i < size; i++)
                {
                    var s = Vector512.Load(scores + (((g * size) + i) * RowLanes.Count));
                    second = Vector512.MaxNative(second, Vector512.MinNative(first, s));
                    first = Vector512.MaxNative(first, s);
                }

                (score == RouterScore.Softmax || size == 1 ? first : first + second).Store(ranks + (g * RowLanes.Count));
            }
        }

        // Experts of other groups come behind all of the kept ones.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Close(int* keys, int* kept)
        {
            var size = expertCount / groups;
            for (nint g = 0; g < groups; g++)
            {
                var isKept = Vector512<int>.Zero;
                for (nint i = 0; i < keptGroups; i++)
                    isKept |= Vector512.Equals(Vector512.Load(kept + (i * RowLanes.Count)), Vector512.Create((int)g));
                for (nint e = g * size; e < (g + 1) * size; e++)
                {
                    var at = keys + (e * RowLanes.Count);
                    Vector512.ConditionalSelect(isKept, Vector512.Load(at), Vector512.Create(TopKRows.Taken)).Store(at);
                }
            }
        }
    }
}
