using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>Names that try to leave their place: markup, ends of the script that holds the data, templates of the charting library and of the page, separators, marks that turn text around.</summary>
internal static class HostileNames
{
    public static readonly string[] Texts =
    [
        "<script>window.attacked = 1</script>",
        "</script><script>window.attacked = 1</script>",
        "<!--<script>",
        "\"><img src=x onerror=\"window.attacked = 1\">",
        "'; window.attacked = 1; '",
        "\\u003cscript\\u003ewindow.attacked = 1\\u003c/script\\u003e",
        "line\u2028separator\u2029paragraph",
        "{{plan}} {{script}}",
        "{a|rich} {b}: {c} {@[0]}",
        "javascript:window.attacked=1",
        "\u202eturned around\u202c",
        "$& $1 $` &lt;b&gt; &amp;",
        "__proto__",
        "]]> <svg onload=window.attacked=1> \ud83d\ude00 \t\r\n end",
    ];

    // What a user's source, files and machine file decide; all else is a word of the format.
    private static readonly HashSet<string> Named = ["model", "file", "text", "name", "chip", "calibration", "description", "title", "message", "formula", "path", "trace", "rule", "iteration", "omittedPoints", "tool"];
    private static readonly HashSet<string> NamedLists = ["loops", "results", "operands", "names", "algorithms"];

    public static string PutInto(string planJson)
    {
        int count = 0;
        var plan = JsonNode.Parse(planJson)!;
        Visit(plan, "");
        // As it stands in the file: nothing escaped that JSON does not ask for, so that the page must do it.
        return plan.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        string Next() => $"{Texts[count % Texts.Length]} {count++}";

        void Visit(JsonNode? node, string path)
        {
            if (node is JsonArray array)
                foreach (var item in array)
                    Visit(item, path);
            if (node is not JsonObject members)
                return;
            foreach (string name in members.Select(member => member.Key).ToList())
            {
                var value = members[name];
                // Rules, parts of a step and components of energy are words of the format.
                bool isWord = name == "rule" && path == "findings" || name == "name" && path is "stepTime" or "components";
                if (value?.GetValueKind() == JsonValueKind.String && Named.Contains(name) && !isWord)
                    members[name] = Next();
                else if (NamedLists.Contains(name) && value is JsonArray list)
                    members[name] = new JsonArray([.. list.Select(_ => (JsonNode)Next())]);
                else
                    Visit(value, name);
            }
        }
    }
}
