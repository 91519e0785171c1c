using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shardwright.Hardware;
using Shardwright.Hardware.Json;

namespace Shardwright.Tasks.Page;

/// <summary>
/// The build report: one HTML file that carries its data (<c>plan.json</c>), style, script and charting library, works from disk and fetches nothing. The same plan gives the same text.
/// </summary>
public static class ReportPage
{
    private const string Folder = "Page/", Library = "echarts.js";

    private static readonly string[] StyleOrder = ["Style/Base", "Style/Content", "Style/Panel", "Style/Screens"];

    /// <summary>In this order in one scope: first what runs when others are read.</summary>
    private static readonly string[] ScriptOrder = ["Dom", "Format", "Parts", "Charts", "Main"];

    /// <summary>The page of a plan.</summary>
    /// <param name="planJson">The text of <c>plan.json</c>.</param>
    /// <exception cref="PlanDocumentException">It is no report.</exception>
    public static string Render(string planJson)
    {
        string style = Joined(".css", StyleOrder), library = Resource(Library), script = "(() => {\n\"use strict\";\n" + Joined(".js", ScriptOrder) + "})();\n";
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["policy"] = Policy(style, library, script),
            ["title"] = TextOf(Title(planJson)),
            ["style"] = style,
            ["notices"] = TextOf(Resource("Notices.txt").Trim()),
            ["plan"] = DataOf(planJson.TrimStart('\ufeff')),
            ["library"] = library,
            ["script"] = script,
        };
        return Fill(Resource("Page.html"), values);
    }

    /// <summary>What the page is about, for its tab and its first bar; the script checks nothing, so this is where a text that is no report ends.</summary>
    private static string Title(string planJson)
    {
        try
        {
            var names = JsonValue.Parse(planJson, "plan.json")["models"]?.Items.Select(model => model["model"] is { Kind: JsonKind.String } name ? name.Text : null).ToList();
            if (names is not { Count: > 0 } || names.Contains(null))
                throw new PlanDocumentException("plan.json is no build report: got JSON without named models; need the text that the build writes (docs/plan.schema.json).");
            return names.Count == 1 ? names[0]! : $"{names[0]} and {(names.Count - 1).ToString(CultureInfo.InvariantCulture)} more";
        }
        catch (JsonException exception)
        {
            throw new PlanDocumentException($"plan.json is no JSON: {exception.Message}");
        }
    }

    /// <summary>Scripts and styles run by their hash alone, so that text of the plan could not run even if it got out of its place; nothing is fetched. Chart marks are styled through the object model, which needs no permission.</summary>
    private static string Policy(string style, string library, string script)
        => $"default-src 'none'; script-src {Hash(library)} {Hash(script)}; style-src {Hash(style)}; img-src data:; base-uri 'none'; form-action 'none'";

    private static string Hash(string text)
    {
        using var sha = SHA256.Create();
        return $"'sha256-{Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(text)))}'";
    }

    /// <summary>JSON that no HTML parser can leave: the characters escaped here occur in strings only, where an escape means the same.</summary>
    private static string DataOf(string json)
    {
        var text = new StringBuilder(json.Length + json.Length / 16);
        foreach (char c in json)
            if (c is '<' or '>' or '&' or '\u2028' or '\u2029' or '\u007f' || char.IsSurrogate(c))
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        return text.ToString();
    }

    private static string TextOf(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;");

    /// <summary>One pass, so that nothing inside a value is taken for a place.</summary>
    private static string Fill(string template, Dictionary<string, string> values)
    {
        var page = new StringBuilder();
        int at = 0;
        for (int open; (open = template.IndexOf("{{", at, StringComparison.Ordinal)) >= 0;)
        {
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            page.Append(template, at, open - at).Append(values[template.Substring(open + 2, close - open - 2)]);
            at = close + 2;
        }
        return page.Append(template, at, template.Length - at).ToString();
    }

    /// <summary>All texts of a kind, one after the other.</summary>
    private static string Joined(string extension, string[] order)
        => string.Concat(typeof(ReportPage).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal) && name != Folder + Library)
            .Select(name => name.Substring(Folder.Length))
            .OrderBy(name => Array.FindIndex(order, start => name.StartsWith(start, StringComparison.Ordinal))).ThenBy(name => name, StringComparer.Ordinal)
            .Select(Resource));

    /// <summary>An HTML parser reads line ends as LF, and the hash is of what it reads.</summary>
    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(Folder + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n");
    }
}
