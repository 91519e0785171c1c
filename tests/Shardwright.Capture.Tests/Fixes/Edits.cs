using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Fixes;

/// <summary>Runs one edit on sources, one by one and all at once, in every scope; what is offered must change something, and nothing is offered twice.</summary>
internal static class Edits
{
    const string Open = "{|SHW3011:", Close = "|}";

    /// <summary><paramref name="before"/> becomes <paramref name="after"/>; the marked text is where the rule reports and, without <paramref name="at"/>, what is edited. The mark stays.</summary>
    public static Task Change(EditKind kind, string value, string before, string after, string at = "") => Change(kind, value, [before], [after], at);

    /// <summary>Nothing is offered.</summary>
    public static Task Offer(EditKind kind, string value, string source, string at = "") => Change(kind, value, [source], [source], at);

    public static Task Change(EditKind kind, string value, string[] before, string[] after, string at = "")
    {
        string marked = before.First(s => s.Contains(Open, StringComparison.Ordinal));
        int start = marked.IndexOf(Open, StringComparison.Ordinal) + Open.Length;
        string from = marked[start..marked.IndexOf(Close, start, StringComparison.Ordinal)];
        var test = new CSharpCodeFixTest<EditAnalyzer, SuggestedFix> { Config = $"edit.kind = {kind}\nedit.value = {value}\nedit.from = {from}\n" + (at.Length == 0 ? "" : $"edit.at = {at}\n") };
        test.EnabledAdvice.Add(EditAnalyzer.Rule);
        foreach (string source in before)
            test.TestState.Sources.Add(source);
        foreach (string source in after)
            test.FixedState.Sources.Add(source);
        return test.RunAsync();
    }
}
