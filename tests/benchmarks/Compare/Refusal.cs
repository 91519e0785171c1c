namespace Compare;

/// <summary>What was asked for cannot be done, in words for the one who asked.</summary>
internal sealed class Refusal(string reason) : Exception(reason);
