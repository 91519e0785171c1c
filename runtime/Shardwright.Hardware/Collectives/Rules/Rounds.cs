namespace Shardwright.Hardware;

/// <summary>
/// All-gather and reduce-scatter are mirror images and cost the same; an all-reduce is one of each. A broadcast is a scatter and an all-gather, which also costs two (van de Geijn's; within a factor of two of the best for any size).
/// The additions of a reduction run at the links' speed and cost nothing of their own.
/// </summary>
internal static class Rounds
{
    public static CollectiveAlgorithm Of(CollectiveKind kind, CollectiveAlgorithm gather) => kind is CollectiveKind.AllReduce or CollectiveKind.Broadcast ? gather.Twice() : gather;
}
