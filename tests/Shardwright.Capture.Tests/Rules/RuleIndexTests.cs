using System.Globalization;
using System.Text;
using Shardwright.Analyzers.Suppressors;
using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>analyzers/rules/README.md lists every page with what the tables say of its rule; <c>UPDATE_RULES=1</c> writes it.</summary>
public sealed class RuleIndexTests
{
    static readonly string pages = References.Metadata("RulePages"), path = Path.Combine(pages, "README.md");

    [Fact]
    public void Index_HasEveryPage_AsTheTablesSay()
    {
        string wanted = Index();
        if (Environment.GetEnvironmentVariable("UPDATE_RULES") == "1")
            File.WriteAllText(path, wanted);
        string found = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(found == wanted, $"{path} is out of date: run these tests with UPDATE_RULES=1 to write it anew, and commit it.\n--- need\n{wanted}");
    }

    [Fact]
    public void EveryRuleWithoutABuildTask_HasAPage() => Assert.DoesNotContain(Releases().Keys, id => !File.Exists(Path.Combine(pages, id + ".md")));

    static string Index()
    {
        var releases = Releases();
        var text = new StringBuilder("""
            # Rules

            Every rule has a page: what it says, why, what to write instead. Severities are set in `.editorconfig`, one by one (`dotnet_diagnostic.SHW3011.severity = warning`) or by category (`dotnet_analyzer_diagnostic.category-Shardwright.Target.severity = none`);
            so are thresholds (`SHW3011.least_saving_percent = 10`). Rules on plans tell what the message's remedy saves: the difference of two costed plans. An editor shows the four of them that save most in a class, the report all.

            | rule | | severity | category | fix | thresholds |
            |---|---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (string page in Directory.GetFiles(pages, "SHW*.md").Order(StringComparer.Ordinal))
        {
            string id = Path.GetFileNameWithoutExtension(page), title = File.ReadLines(page).First()[$"# {id}: ".Length..];
            var (severity, category) = releases.TryGetValue(id, out var release) ? release : ("–", "Build");
            string thresholds = string.Join(", ", AllAdvice.Options.Where(o => o.Key.StartsWith(id + ".", StringComparison.Ordinal)).OrderBy(o => o.Key, StringComparer.Ordinal)
                .Select(o => $"`{o.Key[(id.Length + 1)..]}` {o.Value.Default.ToString(CultureInfo.InvariantCulture)}"));
            text.Append(CultureInfo.InvariantCulture, $"| [{id}]({id}.md) | {title} | {severity} | {category} | {(HasFix(id) ? "yes" : "")} | {thresholds} |\n");
        }
        text.Append("\nWarnings of others that are wrong of a model, and silenced there:\n\n| id | of | because |\n|---|---|---|\n");
        foreach (var suppression in new ModelSuppressor().SupportedSuppressions)
            text.Append(CultureInfo.InvariantCulture, $"| {suppression.Id} | {suppression.SuppressedDiagnosticId} | {suppression.Justification} |\n");
        return text.ToString();
    }

    /// <summary>Severity and category of every rule of analyzers and generator, from their release tables, which other tests hold equal to the rules.</summary>
    static Dictionary<string, (string Severity, string Category)> Releases() => new[] { "../Shardwright.Analyzers", "../../generators/Shardwright.Generators" }
        .SelectMany(project => File.ReadAllLines(Path.Combine(pages, project, "AnalyzerReleases.Unshipped.md"))).Where(line => line.StartsWith("SHW", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).GroupBy(cells => cells[0]).ToDictionary(g => g.Key, g => (g.First()[2], g.First()[1]));

    /// <summary>Whether a rule offers a fix: a rule on plans does where its file makes one.</summary>
    static bool HasFix(string id)
    {
        if (AllAdvice.Rules.All(r => r.Info.Id != id))
            return new SuggestedFix().FixableDiagnosticIds.Contains(id) || new InPlaceOperatorFix().FixableDiagnosticIds.Contains(id) || new PartialModelFix().FixableDiagnosticIds.Contains(id);
        string rule = Directory.GetFiles(Path.Combine(pages, "../../generators/Shardwright.Compiler/Advice"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).Single(code => code.Contains($"new(\"{id}\"", StringComparison.Ordinal));
        return rule.Contains("Fixes =", StringComparison.Ordinal);
    }
}
