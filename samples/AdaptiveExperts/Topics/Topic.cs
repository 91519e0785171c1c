namespace AdaptiveExperts.Topics;

/// <summary>UTF-8 text about one thing.</summary>
public sealed record Topic(string Name, byte[] Text);
