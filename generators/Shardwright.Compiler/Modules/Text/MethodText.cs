using Shardwright.Hardware.Json;

namespace Shardwright.Compiler.Modules.Text;

/// <summary>Methods: <c>[key, name, static, parameters, statements]</c>, and statements: <c>[kind, site, …]</c>.</summary>
internal static class MethodText
{
    public static void Write(JsonWriter w, Method method)
    {
        w.BeginArray().Text(method.Key).Text(method.Name).Value(method.IsStatic).BeginArray();
        foreach (var parameter in method.Parameters)
            Write(w, parameter);
        w.EndArray();
        WriteBody(w, method.Body);
        w.EndArray();
    }

    public static Method Read(JsonValue value)
    {
        var items = value.Items(5);
        return new(items[0].Text(), items[1].Name(), items[2].Flag(), items[3].Array().Select(ReadParameter).ToEquatable(), ReadBody(items[4]), HasErrors: false);
    }

    static void Write(JsonWriter w, MethodParameter parameter)
    {
        w.BeginArray().Value(parameter.Site).Text(parameter.Name).Value(parameter.Kind).BeginArray();
        foreach (string dimension in parameter.Shape)
            w.Text(dimension);
        w.EndArray();
        MemberText.Write(w, parameter.Shards);
        ExpressionText.WriteOptional(w, parameter.Default);
        w.BeginArray();
        foreach (int site in parameter.ShapeSites)
            w.Value(site);
        w.EndArray().EndArray();
    }

    static MethodParameter ReadParameter(JsonValue value)
    {
        var items = value.Items(7);
        return new(items[1].Name(), items[2].OneOf("tensor", "integers", "scalar", "module"), items[3].Array().Select(d => d.Text()).ToEquatable(), MemberText.ReadShards(items[4]), ExpressionText.ReadOptional(items[5]))
        {
            Site = items[0].Integer(),
            ShapeSites = items[6].Array().Select(site => site.Integer()).ToEquatable(),
        };
    }

    static void WriteBody(JsonWriter w, EquatableArray<Statement> body)
    {
        w.BeginArray();
        foreach (var statement in body)
            Write(w, statement);
        w.EndArray();
    }

    static EquatableArray<Statement> ReadBody(JsonValue value) => value.Array().Select(ReadStatement).ToEquatable();

    static void Write(JsonWriter w, Statement statement)
    {
        w.BeginArray().Value(Kind(statement)).Value(statement.Site);
        switch (statement)
        {
            case Assignment assignment:
                ExpressionText.Write(w.Text(assignment.Local), assignment.Value);
                break;
            case Deconstruction deconstruction:
                w.BeginArray();
                foreach (string? local in deconstruction.Locals)
                    _ = local is null ? w.Value(null) : w.Text(local);
                ExpressionText.Write(w.EndArray(), deconstruction.Value);
                break;
            case ForEach loop:
                ExpressionText.Write(w.Text(loop.Variable), loop.Collection);
                WriteBody(w, loop.Body);
                break;
            case For loop:
                ExpressionText.Write(w.Text(loop.Variable), loop.Start);
                ExpressionText.Write(w.Value(loop.Comparison), loop.Limit);
                ExpressionText.Write(w, loop.Step);
                WriteBody(w, loop.Body);
                break;
            case If branch:
                ExpressionText.Write(w, branch.Condition);
                WriteBody(w, branch.Then);
                WriteBody(w, branch.Else);
                break;
            case Return result:
                ExpressionText.Write(w, result.Value);
                break;
        }
        w.EndArray();
    }

    static string Kind(Statement statement) => statement switch
    {
        Assignment => "assign",
        Deconstruction => "deconstruct",
        ForEach => "foreach",
        For => "for",
        If => "if",
        Return => "return",
        _ => throw new ArgumentException($"{statement.GetType().Name} has no text", nameof(statement)),
    };

    static Statement ReadStatement(JsonValue value)
    {
        var items = value.Items(2, int.MaxValue);
        int site = items[1].Integer();
        return items[0].Text() switch
        {
            "assign" => new Assignment(site, value.Items(4)[2].Name(), ExpressionText.Read(items[3])),
            "deconstruct" => new Deconstruction(site, value.Items(4)[2].Array().Select(l => l.OptionalName()).ToEquatable(), ExpressionText.Read(items[3])),
            "foreach" => new ForEach(site, value.Items(5)[2].Name(), ExpressionText.Read(items[3]), ReadBody(items[4])),
            "for" => new For(site, value.Items(8)[2].Name(), ExpressionText.Read(items[3]), items[4].OneOf("<", "<=", ">", ">=", "!="), ExpressionText.Read(items[5]), ExpressionText.Read(items[6]), ReadBody(items[7])),
            "if" => new If(site, ExpressionText.Read(value.Items(5)[2]), ReadBody(items[3]), ReadBody(items[4])),
            "return" => new Return(site, ExpressionText.Read(value.Items(3)[2])),
            var kind => throw items[0].Error($"found '{kind}'; need a kind of statement"),
        };
    }
}
