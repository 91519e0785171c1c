using Microsoft.Build.Utilities;

namespace Shardwright.Tasks;

/// <summary>Errors and warnings of the build with a rule's number and its page.</summary>
internal static class RuleLog
{
    private const string Pages = "https://shardwright.dev/rules/";

    public static void Error(TaskLoggingHelper log, string code, string text, string? file = null, int line = 0) =>
        log.LogError(subcategory: null, code, helpKeyword: null, helpLink: Pages + code, file, line, columnNumber: 0, endLineNumber: 0, endColumnNumber: 0, message: "{0}", messageArgs: text);

    public static void Warning(TaskLoggingHelper log, string code, string text, string? file = null, int line = 0) =>
        log.LogWarning(subcategory: null, code, helpKeyword: null, helpLink: Pages + code, file, line, columnNumber: 0, endLineNumber: 0, endColumnNumber: 0, message: "{0}", messageArgs: text);
}
