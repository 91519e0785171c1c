using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

/// <summary>Every kernel that splits its work over threads, large enough to be split: 1, 2, 3 and 7 threads give the same bits.</summary>
public sealed class ThreadCountTests
{
    private const int Rows = 300;
    private const int Columns = 259;
    private const int Kept = 2;
    private const int Experts = 11;
    private const int Count = Rows * Columns;

    private static readonly float[] A = Numbers.Random(Count, 1, -3, 3);
    private static readonly float[] B = Numbers.Random(Count, 2, 1, 2);
    private static readonly float[] C = Numbers.Random(Count, 3);
    private static readonly float[] Gain = Numbers.Random(Columns, 4);
    private static readonly float[] Few = Numbers.Random(Rows, 5, 0.5f, 2);
    private static readonly float[] Copies = Numbers.Random(Count * Kept, 6);
    private static readonly float[] Logits = Numbers.Random(Rows * Experts, 7, -2, 2);
    private static readonly int[] Chosen = Top();
    private static readonly int[] Slots = Order();
    private static readonly float[] Kepts = Numbers.Random(Rows * Kept, 8);
    private static readonly int[] Tokens = [.. Numbers.Random(Rows, 9, 0, 60).Select(value => (int)value)];

    /// <summary>Fills outputs of the given lengths.</summary>
    private delegate void Body(float[][] outputs);

    private static readonly Dictionary<string, (int[] Lengths, Body Run)> Kernels = new()
    {
        ["Accumulate"] = ([Count], y => K.Accumulate(A, y[0])),
        ["AdamW"] = ([Count, Count, Count], y => K.AdamW(y[0], A, y[1], y[2], 0.5f, 0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 3)),
        ["Add"] = ([Count], y => K.Add(A, B, y[0])),
        ["AddBroadcast"] = ([Count], y => K.AddBroadcast(A, Gain, y[0], 1, Columns)),
        ["DivideBroadcast, shared"] = ([Count], y => K.DivideBroadcast(A, Few, y[0], Columns, Rows)),
        ["Divide"] = ([Count], y => K.Divide(A, B, y[0])),
        ["DivideGradient"] = ([Count], y => K.DivideGradient(A, C, B, y[0], accumulate: true)),
        ["Exp"] = ([Count], y => K.Exp(A, y[0])),
        ["Gelu"] = ([Count, Count], y =>
        {
            K.Gelu(A, y[0]);
            K.GeluGradient(A, B, y[1], accumulate: true);
        }
        ),
        ["Multiply"] = ([Count], y => K.Multiply(A, B, y[0])),
        ["Reciprocal"] = ([Count], y => K.Reciprocal(B, y[0])),
        ["Relu"] = ([Count, Count], y =>
        {
            K.Relu(A, y[0]);
            K.ReluGradient(A, B, y[1]);
        }
        ),
        ["Scale"] = ([Count], y => K.Scale(A, 0.3f, y[0])),
        ["Shift"] = ([Count], y => K.Shift(A, 0.3f, y[0])),
        ["Sigmoid"] = ([Count], y => K.Sigmoid(A, y[0])),
        ["Silu"] = ([Count, Count], y =>
        {
            K.Silu(A, y[0]);
            K.SiluGradient(A, B, y[1]);
        }
        ),
        ["SiluGate"] = ([Count, Count, Count], y =>
        {
            K.SiluGate(A, B, y[0]);
            K.SiluGateGradient(A, B, C, y[1], y[2]);
        }
        ),
        ["Subtract"] = ([Count], y => K.Subtract(A, B, y[0])),
        ["SumOfSquares"] = ([1], y => y[0][0] = K.SumOfSquares(A)),
        ["Tanh"] = ([Count], y => K.Tanh(A, y[0])),
        ["CopyColumns"] = ([Count], y => K.CopyColumns(A, y[0], Rows, Columns, 3, Columns, 5, Columns - 10, accumulate: true)),
        ["Rope"] = ([300 * 256, 300 * 256], y =>
        {
            K.Rope(A.AsSpan(0, 300 * 256), y[0], 3, 100, 8, 32, 10000);
            K.RopeGradient(B.AsSpan(0, 300 * 256), y[1], 3, 100, 8, 32, 10000, accumulate: true);
        }
        ),
        ["Transpose"] = ([Count, Count], y =>
        {
            K.Transpose(A, y[0], 3, Rows / 3, Columns);
            K.Transpose(A, y[1], 1, Rows, Columns, accumulate: true);
        }
        ),
        ["RmsNorm"] = ([Count, Rows, Count, Columns], y =>
        {
            K.RmsNorm(A, Gain, y[0], y[1], Rows, Columns, 1e-5f);
            K.RmsNormGradient(A, Gain, y[1], B, y[2], Rows, Columns);
            K.RmsNormGainGradient(A, y[1], B, y[3], Segments.Uniform(6, Rows / 6), Columns);
        }
        ),
        ["LayerNorm"] = ([Count, Rows, Rows, Count, Columns], y =>
        {
            K.LayerNorm(A, Gain, Gain, y[0], y[1], y[2], Rows, Columns, 1e-5f);
            K.LayerNormGradient(A, Gain, y[1], y[2], B, y[3], Rows, Columns);
            K.LayerNormGainGradient(A, y[1], y[2], B, y[4], Segments.Uniform(6, Rows / 6), Columns);
        }
        ),
        ["Softmax"] = ([Count, Count], y =>
        {
            K.Softmax(A, y[0], Rows, Columns);
            K.SoftmaxGradient(y[0], B, y[1], Rows, Columns);
        }
        ),
        ["SumColumns"] = ([Rows], y => K.SumColumns(A, y[0], Rows, Columns)),
        ["SumTokens"] = ([Columns], y => K.SumTokens(A, y[0], Segments.Uniform(6, Rows / 6), Columns)),
        ["CrossEntropy"] = ([1, Rows, Count], y =>
        {
            K.CrossEntropy(A, Tokens, Few, y[0], y[1], Segments.Uniform(6, Rows / 6), Columns);
            K.CrossEntropyGradient(A, y[1], Tokens, Few, y[2], 0.1f, Rows, Columns);
        }
        ),
        ["Embed"] = ([Count, 60 * Columns], y =>
        {
            K.Embed(Tokens, A.AsSpan(0, 60 * Columns), y[0], Columns);
            K.EmbedGradient(Tokens, A, y[1], Segments.Uniform(6, Rows / 6), 60, Columns);
        }
        ),
        ["Gates"] = ([Rows * Kept], y => K.Gates(Logits, Chosen, y[0], Rows, Experts, Kept)),
        ["RouterStatistics"] = ([Rows * Experts, Experts + 1, Rows * Experts], y =>
        {
            K.RouterStatistics(Logits, y[0], y[1], Segments.Uniform(6, Rows / 6), Experts);
            K.RouterGradient(Chosen, Kepts, Kepts, y[0], Logits, new int[Experts], y[2], Rows, Experts, Kept, 0.1f, 0.2f);
        }
        ),
        ["Sinkhorn"] = ([Rows * Experts], y => K.Sinkhorn(Logits, y[0], 30, Rows / 30, Experts, 20)),
        ["QuantileBias"] = ([Experts], y => K.QuantileBias(Logits, A.AsSpan(0, Experts), y[0], 30, Rows / 30, Experts, 10, RouterScore.Sigmoid)),
        ["ChooseExperts"] = ([Rows * Kept], y =>
        {
            var experts = new int[Rows * Kept];
            K.ChooseExperts(Logits, experts, Rows, Experts, Kept, RouterScore.Sigmoid, bias: A.AsSpan(0, Experts));
            experts.CopyTo(y[0], 0);
        }
        ),
        ["Jitter"] = ([Rows * Experts], y => K.Jitter(Logits, y[0], Rows, Experts, 0.3f, 5, 1)),
        ["ScoreGates"] = ([Rows * Kept, Rows * Experts, Experts + 1, Rows * Experts], y =>
        {
            K.ScoreGates(Logits, Chosen, y[0], Rows, Experts, Kept, RouterScore.SqrtSoftplus, true, 2);
            K.ScoreStatistics(Logits, default, y[1], y[2], Segments.Uniform(6, Rows / 6), Experts, RouterScore.SqrtSoftplus);
            K.ScoreGradient(Chosen, y[0], Kepts, Logits, new int[6 * Experts], y[3], Rows, 6, Experts, Kept, RouterScore.SqrtSoftplus, true, 2, 0.1f, 0.2f);
        }
        ),
        ["TopK"] = ([Rows * Kept], y => Top().CopyTo(y[0], 0)),
        ["Permute"] = ([Count * Kept, Count], y =>
        {
            K.Permute(A, Slots, y[0], Rows, Kept, Columns);
            K.PermuteGradient(Copies, Slots, y[1], Rows, Kept, Columns, accumulate: true);
        }
        ),
        ["Combine"] = ([Count, Count * Kept, Rows * Kept], y =>
        {
            K.Combine(Copies, Slots, Kepts, y[0], Rows, Kept, Columns, A, Rounding.Stochastic(NumberFormat.BFloat16, 5));
            K.CombineGradient(B, Copies, Slots, Kepts, y[1], y[2], Rows, Kept, Columns);
        }
        ),
        ["Attention, many heads"] = Attention(3, 70, 4, 2, 24),
        ["Attention, one head"] = Attention(1, 410, 1, 1, 24),
        ["MatMul"] = ([Rows * 70, Rows * 70, 70 * 70], y =>
        {
            K.MatMul(A.AsSpan(0, Rows * 70), B.AsSpan(0, 70 * 70), y[0], Rows, 70, 70);
            K.MatMulTransposed(A.AsSpan(0, Rows * 70), B.AsSpan(0, 70 * 70), y[1], Rows, 70, 70);
            K.MatMulGradient(A.AsSpan(0, Rows * 70), B.AsSpan(0, Rows * 70), y[2], Segments.Uniform(6, Rows / 6), 70, 70);
        }
        ),
    };

    public static TheoryData<string> Names => [.. Kernels.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernel_OneTwoThreeOrSevenThreads_SameBits(string kernel)
    {
        var expected = Run(kernel, 1);
        foreach (var threads in new[] { 2, 3, 7 })
        {
            var actual = Run(kernel, threads);
            for (var output = 0; output < expected.Length; output++)
                Numbers.SameBits(expected[output], actual[output]);
        }
    }

    private static float[][] Run(string kernel, int threads)
    {
        var (lengths, body) = Kernels[kernel];

        // Not zero: a kernel that overwrites must, and one that adds must once.
        float[][] outputs = [.. lengths.Select((length, index) => Numbers.Random(length, 20 + index, 0, 1))];
        using var pool = new WorkPool(threads);
        WorkPool.Current = pool;
        try
        {
            body(outputs);
        }
        finally
        {
            WorkPool.Current = null;
        }

        return outputs;
    }

    private static (int[] Lengths, Body Run) Attention(int batch, int length, int heads, int keyValueHeads, int size)
    {
        var (queries, keys) = (batch * length * heads * size, batch * length * keyValueHeads * size);
        return ([queries, batch * heads * length, queries, keys, keys], y =>
        {
            K.CausalAttention(A.AsSpan(0, queries), B.AsSpan(0, keys), C.AsSpan(0, keys), y[0], y[1], batch, length, heads, keyValueHeads, size);
            K.CausalAttentionGradient(A.AsSpan(0, queries), B.AsSpan(0, keys), C.AsSpan(0, keys), y[0], y[1], C.AsSpan(7, queries), y[2], y[3], y[4], batch, length, heads, keyValueHeads, size);
        }
        );
    }

    private static int[] Top()
    {
        var experts = new int[Rows * Kept];
        K.TopK(Logits, experts, Rows, Experts, Kept);
        return experts;
    }

    private static int[] Order()
    {
        var slots = new int[Rows * Kept];
        K.DispatchOrder(Chosen, slots, Rows, Kept, Experts);
        return slots;
    }
}
