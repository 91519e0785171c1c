namespace Shardwright;

/// <summary>What decided which experts the tokens of a step went to.</summary>
public enum RoutedBy
{
    /// <summary>The model's own routers.</summary>
    Router,

    /// <summary>Every expert got the same number of copies, ± 1: <see cref="TrainerOptions.ForceBalance"/>. Losses are those of no model.</summary>
    ForcedBalance,

    /// <summary>The counts of a recording: <see cref="TrainerOptions.ReplayRouting"/>. Losses are those of no model.</summary>
    Replay,

    /// <summary><see cref="TrainerOptions.Routing"/>.</summary>
    Source,
}
