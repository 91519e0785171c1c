namespace Shardwright;

/// <summary>Which ranks hold an expert's weights while a micro-batch runs. Homes and optimizer state never move.</summary>
public enum Placement
{
    /// <summary>Every expert stays on its home rank: expert e of E on peer e / (E / peers).</summary>
    Static,

    /// <summary>
    /// Hot experts are replicated into other ranks' <see cref="ExpertsAttribute.Slots"/> for one layer of one micro-batch, from its exact counts: quota search (<see cref="Hardware.QuotaPlanner"/>). Weights travel to the slots, gradients travel home.
    /// The forward pass has the bits of <see cref="Static"/>, and every run has the same bits; weight gradients agree with <see cref="Static"/> to rounding, or to the bit: <see cref="SumOrder"/>.
    /// </summary>
    Adaptive,

    /// <summary>
    /// As <see cref="Adaptive"/>, but every rank computes as many rows as it sends, its tokens times k (<see cref="Hardware.ExactPlanner"/>): receive buffer and memory are constants of the plan. Each rank has a slot for as many replicas as it has experts, the most that
    /// such a plan can need, whatever <see cref="ExpertsAttribute.Slots"/> says. Experts that do not run as one group stay at home (rule SHW5005).
    /// </summary>
    Exact,

    /// <summary>
    /// As <see cref="Adaptive"/>, but every plan is timed on the target first, with every byte that it moves, and the fastest is taken: often none (<see cref="Hardware.PlacementChooser"/>). Experts count as three matrices of the group's width, however
    /// many they have. With a slot for every expert of other ranks it also weighs moving all weights that a rank's tokens want, so that no token travels (<see cref="Hardware.LocalPlanner"/>). <see cref="ExpertsAttribute.LeastTokens"/> is not read.
    /// </summary>
    Auto,
}
