namespace Shardwright.Compiler;

/// <summary>How the emitted code spells names.</summary>
public static class Naming
{
    static readonly HashSet<string> Keywords = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach goto if implicit in int "
        + "interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true "
        + "try typeof uint ulong unchecked unsafe ushort using virtual void volatile while").Split(' '), StringComparer.Ordinal);

    /// <summary><c>ExpertNorm</c> → <c>expertNorm</c>; the suffix that tells locals of one spelling apart is dropped.</summary>
    public static string Camel(string name)
    {
        int mark = name.IndexOf('#');
        if (mark >= 0)
            name = name.Substring(0, mark);
        int upper = 0;
        while (upper < name.Length && char.IsUpper(name[upper]))
            upper++;
        if (upper == 0)
            return name;
        int lower = upper == name.Length ? upper : Math.Max(1, upper - 1);
        return name.Substring(0, lower).ToLowerInvariant() + name.Substring(lower);
    }

    /// <summary><c>counts</c> → <c>Counts</c>.</summary>
    public static string Pascal(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>Names that the emitted methods use themselves.</summary>
    public static readonly string[] Emitted = ["microBatch", "expert", "rows", "first", "segments"];

    /// <summary>A name that is not taken: with a number where it must be.</summary>
    public static string Unused(string wanted, ICollection<string> taken)
    {
        string name = wanted;
        for (int n = 2; taken.Contains(name); n++)
            name = wanted + n;
        return name;
    }

    /// <summary>A legal identifier: keywords get an <c>@</c>.</summary>
    public static string Identifier(string name) => Keywords.Contains(name) ? "@" + name : name;
}
