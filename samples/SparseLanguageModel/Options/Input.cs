using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SparseLanguage.Options;

/// <summary>How the samples read their command lines: bad input is one line.</summary>
public static class Input
{
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>What was parsed, or null with the exit code: 0 after help or version was written, 2 after one line about what is wrong.</summary>
    public static ParseResult? Parse(RootCommand root, string[] arguments, TextWriter output, TextWriter error, out int exitCode)
    {
        exitCode = 0;
        var parsed = root.Parse(arguments, Parser);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"{parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.')}; see --help");
            exitCode = 2;
            return null;
        }
        if (parsed.Action is null)
            return parsed;
        exitCode = parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
        return null;
    }

    /// <summary>A number that <paramref name="valid"/> accepts, or an error that says what is needed.</summary>
    public static T Number<T>(ArgumentResult result, string option, string need, Func<T, bool> valid) where T : struct, IParsable<T> =>
        T.TryParse(Value(result), CultureInfo.InvariantCulture, out var value) && valid(value) ? value : Refuse<T>(result, $"{option}: got '{Value(result)}', need {need}");

    /// <summary>What was written.</summary>
    public static string Value(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    /// <summary>Adds an error; the value is not used.</summary>
    public static T Refuse<T>(ArgumentResult result, string why)
    {
        result.AddError(why);
        return default!;
    }
}
