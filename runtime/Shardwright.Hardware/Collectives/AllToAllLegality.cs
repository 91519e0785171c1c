namespace Shardwright.Hardware;

/// <summary>
/// Which all-to-all a machine can run in a group, after the AWS Neuron SDK's documentation of <c>nki.collectives.all_to_all_v</c> and of replica groups (SDK 2.32).
/// </summary>
public static class AllToAllLegality
{
    /// <summary>Communicators (replica groups) of one compiled program: 16 since SDK 2.32, 12 before. Source: AWS Neuron SDK 2.32 release notes.</summary>
    public const int MostCommunicators = 16;

    /// <summary>
    /// Whether all-to-all-v takes receive displacements, so that each sender's rows lie behind those of the sender before: Trainium 3's NeuronSwitch (<c>has_rdispls</c>, SDK 2.32) and GPUs. Trainium 1 and 2 put them at one distance, that of the largest count.
    /// </summary>
    public static bool HasReceiveDisplacements(Machine machine) => machine.Collectives != "neuron";

    /// <summary>Why all-to-all-v cannot run in a group, in words; null when it can.</summary>
    /// <param name="machine">The machine; its <see cref="Machine.Collectives"/> decides the rules.</param>
    /// <param name="peers">The group.</param>
    public static string? WhyNotVariable(Machine machine, GroupShape peers) => machine.Collectives switch
    {
        "neuron-switch" => WhyNotOnNeuronSwitch(machine, peers),
        "neuron" => WhyNotOnTorus(machine, peers),
        _ => null,
    };

    /// <summary>Why an all-to-all of equal blocks cannot run in a group, in words; null when it can. Neuron's replica groups between instances have the same number of ranks in each, at the same places.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="peers">The group.</param>
    public static string? WhyNotPadded(Machine machine, GroupShape peers) => machine.Collectives is "neuron" or "neuron-switch" && !peers.IsRegular
        ? $"its {peers.Size} ranks do not hold the same places on every chip and instance that they touch"
        : null;

    /// <summary>Why a program with this many communicators cannot be loaded, in words; null when it can.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="communicators">Different replica groups, each kind of group counted once.</param>
    /// <param name="most">The most that the target's software loads.</param>
    public static string? WhyTooManyCommunicators(Machine machine, int communicators, int most = MostCommunicators) => machine.Collectives is "neuron" or "neuron-switch" && communicators > most
        ? $"{communicators} communicators; a Neuron program has at most {most}"
        : null;

    /// <summary>The lowering that a machine allows: all-to-all-v, else equal blocks, else gathered.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="peers">The ranks that hold the experts together.</param>
    public static RowExchange Choose(Machine machine, GroupShape peers) => Choose(machine, peers, out _);

    /// <summary>The lowering that a machine allows: all-to-all-v, else equal blocks, else gathered.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="peers">The ranks that hold the experts together.</param>
    /// <param name="reason">Why, in words.</param>
    public static RowExchange Choose(Machine machine, GroupShape peers, out string reason)
    {
        if (WhyNotVariable(machine, peers) is not { } notVariable)
        {
            reason = $"{machine.Name} runs all-to-all-v in this group";
            return RowExchange.Variable;
        }
        if (WhyNotPadded(machine, peers) is not { } notPadded)
        {
            reason = $"no all-to-all-v: {notVariable}";
            return RowExchange.Padded;
        }
        reason = $"no all-to-all-v: {notVariable}; no all-to-all: {notPadded}";
        return RowExchange.Gathered;
    }

    /// <summary>NeuronSwitch: logical cores of two, more than one device, all ranks of every device, one consecutive list.</summary>
    private static string? WhyNotOnNeuronSwitch(Machine machine, GroupShape peers)
    {
        if (machine.Rank.Cores != 2)
            return $"it needs logical NeuronCores of 2 physical cores (LNC=2), {machine.Name} runs with {machine.Rank.Cores}";
        if (peers.Size <= machine.RanksPerChip && Places.InsideChips(machine, peers) == peers.Size)
            return "it needs more than one device, the group lies on one";
        if (Places.InsideChips(machine, peers) != machine.RanksPerChip || !peers.IsRegular)
            return $"it needs all {machine.RanksPerChip} ranks of every device that takes part (a rank without rows sends 0)";
        return Places.AreConsecutive(machine, peers) ? null : "it needs a list of consecutive ranks";
    }

    /// <summary>
    /// Trainium 1 and 2: only between instances, between ranks of the same place. The runtime's 2.32 notes also name all-to-all-v over several Trainium2 devices, which contradicts the API page; the narrower rule is followed.
    /// </summary>
    private static string? WhyNotOnTorus(Machine machine, GroupShape peers)
    {
        if (Places.InsideInstances(machine, peers) == 1 && peers.IsRegular)
            return peers.Size > 1 ? null : "the group has one rank";
        return "without NeuronSwitch it runs only between ranks of the same place on different instances, and several of the group's ranks share an instance"
            + " (the runtime's 2.32 notes also name several Trainium2 devices; the API page, which is followed, does not)";
    }
}
