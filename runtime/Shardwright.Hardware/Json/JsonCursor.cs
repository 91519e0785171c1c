namespace Shardwright.Hardware.Json;

/// <summary>A position in a text, with line and column. <c>\n</c>, <c>\r\n</c> and <c>\r</c> end a line.</summary>
internal sealed class JsonCursor(string text, string path)
{
    private int line = 1;
    private int lineStart;

    public int Index { get; private set; }

    public bool AtEnd => Index >= text.Length;

    /// <summary>The character here; U+0000 at the end, which no place of JSON accepts.</summary>
    public char Current => AtEnd ? '\0' : text[Index];

    public (int Line, int Column) Place => (line, Index - lineStart + 1);

    public void SkipByteOrderMark()
    {
        if (Current != '\uFEFF')
            return;
        Index++;
        lineStart = Index;
    }

    public void Advance() => Index++;

    public void SkipSpace()
    {
        for (; !AtEnd; Index++)
        {
            char c = text[Index];
            if (c == '\n' || (c == '\r' && !(Index + 1 < text.Length && text[Index + 1] == '\n')))
            {
                line++;
                lineStart = Index + 1;
            }
            else if (c is not (' ' or '\t' or '\r'))
            {
                return;
            }
        }
    }

    public bool Take(char c)
    {
        if (AtEnd || text[Index] != c)
            return false;
        Index++;
        return true;
    }

    public void Need(char c, string description)
    {
        if (!Take(c))
            throw Error($"found {Describe()}; need {description}");
    }

    public void Expect(string word)
    {
        foreach (char c in word)
            Need(c, $"'{word}'");
    }

    /// <summary>One digit or more.</summary>
    public void Digits()
    {
        if (Current is < '0' or > '9')
            throw Error($"found {Describe()}; need a digit");
        while (Current is >= '0' and <= '9')
            Index++;
    }

    public string From(int start) => text.Substring(start, Index - start);

    public string Describe() => AtEnd ? "the end of the text" : $"'{JsonStrings.Printable(Current.ToString())}'";

    public JsonException Error(string problem) => new(problem, path, line, Index - lineStart + 1);
}
