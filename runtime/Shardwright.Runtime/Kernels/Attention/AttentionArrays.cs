namespace Shardwright.Execution;

/// <summary>The operands of backward attention.</summary>
internal unsafe struct AttentionArrays
{
    public float* Q;
    public float* K;
    public float* V;
    public float* Y;
    public float* LogSumExp;
    public float* UpstreamY;
    public float* GradientQ;
    public float* GradientK;
    public float* GradientV;
}
