namespace SparseLanguage.Corpus;

/// <summary>The text cannot be trained on; the message is one line that a user can act on.</summary>
public sealed class CorpusException(string message, Exception? inner = null) : Exception(message, inner);
