namespace SparseLanguage.Corpus;

/// <summary>UTF-8 text in two parts that share no file (or, for a single file, no byte). <paramref name="Source"/> says in words where it came from.</summary>
public sealed record TextCorpus(string Source, byte[] Training, byte[] Validation)
{
    /// <summary>Reads <paramref name="path"/>, or the API documentation of the installed reference packs when it is null.</summary>
    /// <exception cref="CorpusException">Nothing readable, or either part is shorter than one window of <paramref name="window"/> bytes and the byte after it.</exception>
    public static TextCorpus Load(string? path, int window)
    {
        var corpus = path is null ? ReferencePacks.Load() : TextFiles.Load(path);
        Require(corpus.Training, "training");
        Require(corpus.Validation, "validation");
        return corpus;

        void Require(byte[] text, string part)
        {
            if (text.Length <= window)
                throw new CorpusException($"{corpus.Source}: too little text: {text.Length} bytes for {part}, need at least {window + 1}; give a longer text");
        }
    }
}
