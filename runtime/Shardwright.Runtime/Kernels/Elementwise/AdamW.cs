using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// One AdamW update (Loshchilov and Hutter 2019) in a single pass: g = gradientScale · gradient; m and v their decayed first and second
    /// moments; p −= learningRate · (m̂ / (√v̂ + epsilon) + weightDecay · p) with m̂ = m/(1 − beta1^step), v̂ = v/(1 − beta2^step). Steps count from 1.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ or the step is below 1.</exception>
    public static void AdamW(
        Span<float> parameter,
        ReadOnlySpan<float> gradient,
        Span<float> mean,
        Span<float> variance,
        float gradientScale,
        float learningRate,
        float beta1,
        float beta2,
        float epsilon,
        float weightDecay,
        int step)
    {
        Require.Positive(nameof(AdamW), nameof(step), step);
        Require.Length(nameof(AdamW), nameof(gradient), gradient.Length, parameter.Length);
        Require.Length(nameof(AdamW), nameof(mean), mean.Length, parameter.Length);
        Require.Length(nameof(AdamW), nameof(variance), variance.Length, parameter.Length);
        fixed (float* p = parameter, g = gradient, m = mean, v = variance)
        {
            var work = new AdamRange
            {
                Parameter = p,
                Gradient = g,
                Mean = m,
                Variance = v,
                GradientScale = gradientScale,
                LearningRate = learningRate,
                Beta1 = beta1,
                Beta2 = beta2,
                Epsilon = epsilon,
                WeightDecay = weightDecay,
                MeanCorrection = (float)(1 / (1 - Math.Pow(beta1, step))),
                VarianceCorrection = (float)(1 / (1 - Math.Pow(beta2, step))),
            };
            Ranges.For(work, parameter.Length, 1);
        }
    }

    private struct AdamRange : IRangeWork
    {
        public float* Parameter;
        public float* Gradient;
        public float* Mean;
        public float* Variance;
        public float GradientScale;
        public float LearningRate;
        public float Beta1;
        public float Beta2;
        public float Epsilon;
        public float WeightDecay;
        public float MeanCorrection;
        public float VarianceCorrection;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(nint begin, nint end)
        {
            for (var i = begin; i < end; i += Lanes.Count)
            {
                var left = end - i;
                var g = Lanes.Load(Gradient + i, left) * Vector512.Create(GradientScale);
                var m = Lanes.Load(Mean + i, left);
                var v = Lanes.Load(Variance + i, left);
                var p = Lanes.Load(Parameter + i, left);
                m = Vector512.FusedMultiplyAdd(Vector512.Create(Beta1), m, Vector512.Create(1 - Beta1) * g);
                v = Vector512.FusedMultiplyAdd(Vector512.Create(Beta2), v, Vector512.Create(1 - Beta2) * (g * g));
                var deviation = Vector512.Sqrt(v * Vector512.Create(VarianceCorrection)) + Vector512.Create(Epsilon);
                var direction = m * Vector512.Create(MeanCorrection) / deviation;
                direction = Vector512.FusedMultiplyAdd(Vector512.Create(WeightDecay), p, direction);
                p = Vector512.FusedMultiplyAdd(Vector512.Create(-LearningRate), direction, p);
                Lanes.Store(m, Mean + i, left);
                Lanes.Store(v, Variance + i, left);
                Lanes.Store(p, Parameter + i, left);
            }
        }
    }
}
