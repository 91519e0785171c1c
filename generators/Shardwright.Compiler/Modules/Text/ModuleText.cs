using System.Text;
using Shardwright.Hardware.Json;

namespace Shardwright.Compiler.Modules.Text;

/// <summary>
/// The text in which a module's graph, and where its sites lie, travel inside an assembly. It is JSON: one object, a member, a method or a site a line; statements and expressions are arrays that begin with their kind.
/// Writing and reading lose nothing, and the same graph always has the same text.
/// </summary>
/// <remarks>The form has a number of its own: whoever changes what is written, or what a part of it means, raises <see cref="Form"/>.</remarks>
public static class ModuleText
{
    /// <summary>The number of this form. Graphs of another form are refused: a guess would train a different model.</summary>
    public const int Form = 4;

    // An expression of the deepest nesting that capture accepts (256), with an 'else if' chain around it, which takes two arrays a level.
    const int DeepestNesting = 600;

    /// <summary>Writes a module that was captured without errors.</summary>
    /// <exception cref="ArgumentException">The class is a model, has errors, or the sources are another class's.</exception>
    public static string Write(ModuleGraph graph, ModuleSources sources)
    {
        if (graph.IsModel || graph.HasErrors)
            throw new ArgumentException($"{graph.Type} {(graph.IsModel ? "is a model" : "has errors")}; only modules without errors have a text", nameof(graph));
        if (sources.Type != graph.Type)
            throw new ArgumentException($"the sources are those of {sources.Type}, the graph is that of {graph.Type}", nameof(sources));
        var text = new StringBuilder();
        text.Append("{\n\"type\":").Append(Line(w => w.Text(graph.Type))).Append(",\n\"expert\":").Append(graph.IsExpert ? "true" : "false");
        text.Append(",\n\"precision\":").Append(Line(w => MemberText.Write(w, graph.Precision)));
        text.Append(",\n\"recompute\":").Append(graph.Recompute ? "true" : "false");
        List("constructor", graph.Constructor, MemberText.Write);
        List("constants", graph.Constants, MemberText.Write);
        List("members", graph.Members, MemberText.Write);
        List("methods", graph.Methods, MethodText.Write);
        string[] files = [.. sources.Sites.Select(s => s.Path).Distinct(StringComparer.Ordinal)];
        List("files", files, (w, file) => w.Text(file));
        List("sites", sources.Sites, (w, site) => SourcesText.Write(w, site, Array.IndexOf(files, site.Path)));
        return text.Append("\n}").ToString();

        void List<T>(string name, IReadOnlyList<T> items, Action<JsonWriter, T> write)
            => text.Append(",\n\"").Append(name).Append("\":[").Append(string.Concat(items.Select((item, i) => (i == 0 ? "\n" : ",\n") + Line(w => write(w, item))))).Append(']');
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="JsonException">The text is damaged; line and column say where.</exception>
    public static (ModuleGraph Graph, ModuleSources Sources) Read(string text, string name)
    {
        var root = JsonValue.Parse(text, name, DeepestNesting);
        var type = Member("type").Name();
        var graph = new ModuleGraph(type, IsModel: false, Member("expert").Flag(), List("constructor", MemberText.ReadConstructor), List("constants", MemberText.ReadConstant),
            List("members", MemberText.ReadMember), List("methods", MethodText.Read), Options: null, HasErrors: false)
        {
            Precision = MemberText.ReadPrecision(Member("precision")),
            Recompute = Member("recompute").Flag(),
        };
        var files = List("files", v => v.Text());
        return (graph, new(type, List("sites", v => SourcesText.Read(v, files))));

        JsonValue Member(string member) => root[member] ?? throw root.Error($"'{member}' is missing");

        EquatableArray<T> List<T>(string member, Func<JsonValue, T> read) => Member(member).Array().Select(read).ToEquatable();
    }

    static string Line(Action<JsonWriter> write)
    {
        var line = new JsonWriter();
        write(line);
        return line.ToString();
    }
}
