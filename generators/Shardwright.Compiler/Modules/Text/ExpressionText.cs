using Shardwright.Hardware.Json;

namespace Shardwright.Compiler.Modules.Text;

/// <summary>Expressions: <c>[kind, site, …]</c>; a constant's kind is its type.</summary>
internal static class ExpressionText
{
    static readonly string[] Unaries = ["-", "!", "+"];
    static readonly string[] Binaries = ["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "&", "|"];

    public static void Write(JsonWriter w, Expression expression)
    {
        w.BeginArray().Value(Kind(expression)).Value(expression.Site);
        switch (expression)
        {
            case Literal literal: WriteConstant(w, literal.Value); break;
            case Local local: w.Text(local.Name); break;
            case ConstructorArgument argument: w.Text(argument.Name); break;
            case MemberAccess access: WriteOptional(w, access.Target); w.Text(access.Name); break;
            case Unary unary: w.Value(unary.Operator); Write(w, unary.Operand); break;
            case Binary binary: w.Value(binary.Operator); Write(w, binary.Left); Write(w, binary.Right); break;
            case Conditional choice: Write(w, choice.Condition); Write(w, choice.WhenTrue); Write(w, choice.WhenFalse); break;
            case NumericCast cast: w.Value(cast.Type); Write(w, cast.Operand); break;
            case OperationCall call: w.Text(call.Operation); WriteArguments(w, call.Arguments); break;
            case MethodCall call: WriteOptional(w, call.Target); (call.Type is null ? w.Value(null) : w.Text(call.Type)).Text(call.Key); WriteArguments(w, call.Arguments); break;
            case TupleLiteral tuple: WriteAll(w, tuple.Items); break;
            case TupleItem item: w.Value(item.Index); Write(w, item.Tuple); break;
        }
        w.EndArray();
    }

    static string Kind(Expression expression) => expression switch
    {
        Literal literal => TypeOf(literal.Value),
        Local => "local",
        ConstructorArgument => "argument",
        MemberAccess => "member",
        Unary => "unary",
        Binary => "binary",
        Conditional => "conditional",
        NumericCast => "cast",
        OperationCall => "operation",
        MethodCall => "call",
        TupleLiteral => "tuple",
        TupleItem => "item",
        _ => throw new ArgumentException($"{expression.GetType().Name} has no text", nameof(expression)),
    };

    public static Expression Read(JsonValue value)
    {
        var items = value.Items(2, int.MaxValue);
        string kind = items[0].Text();
        int site = items[1].Integer();
        switch (kind)
        {
            case "int" or "long" or "float" or "double" or "bool" or "string":
                return new Literal(site, ReadConstant(kind, value.Items(3)[2]));
            case "local":
                return new Local(site, value.Items(3)[2].Name());
            case "argument":
                return new ConstructorArgument(site, value.Items(3)[2].Name());
            case "member":
                return new MemberAccess(site, ReadOptional(value.Items(4)[2]), items[3].Name());
            case "unary":
                return new Unary(site, value.Items(4)[2].OneOf(Unaries), Read(items[3]));
            case "binary":
                return new Binary(site, value.Items(5)[2].OneOf(Binaries), Read(items[3]), Read(items[4]));
            case "conditional":
                return new Conditional(site, Read(value.Items(5)[2]), Read(items[3]), Read(items[4]));
            case "cast":
                return new NumericCast(site, value.Items(4)[2].OneOf("int", "long", "float", "double"), Read(items[3]));
            case "operation":
                return new OperationCall(site, value.Items(4)[2].Name(), ReadArguments(items[3]));
            case "call":
                return new MethodCall(site, ReadOptional(value.Items(6)[2]), items[3].OptionalName(), items[4].Text(), ReadArguments(items[5]));
            case "tuple":
                return new TupleLiteral(site, ReadAll(value.Items(3)[2]));
            case "item":
                return new TupleItem(site, Read(value.Items(4)[3]), items[2].Integer() is >= 0 and var index ? index : throw items[2].Error("found a negative number; need the number of an item"));
            default:
                throw items[0].Error($"found '{kind}'; need a kind of expression");
        }
    }

    public static void WriteAll(JsonWriter w, EquatableArray<Expression> expressions)
    {
        w.BeginArray();
        foreach (var expression in expressions)
            Write(w, expression);
        w.EndArray();
    }

    public static EquatableArray<Expression> ReadAll(JsonValue value) => value.Array().Select(Read).ToEquatable();

    /// <summary>Names and values in turn.</summary>
    public static void WriteArguments(JsonWriter w, EquatableArray<Argument> arguments)
    {
        w.BeginArray();
        foreach (var argument in arguments)
            Write(w.Text(argument.Name), argument.Value);
        w.EndArray();
    }

    public static EquatableArray<Argument> ReadArguments(JsonValue value)
    {
        var items = value.Array();
        if (items.Count % 2 != 0)
            throw value.Error($"found {items.Count} items; need names and values in turn");
        return Enumerable.Range(0, items.Count / 2).Select(i => new Argument(items[2 * i].Name(), Read(items[2 * i + 1]))).ToEquatable();
    }

    public static void WriteOptional(JsonWriter w, Expression? expression)
    {
        if (expression is null)
            w.Value(null);
        else
            Write(w, expression);
    }

    public static Expression? ReadOptional(JsonValue value) => value.Kind == JsonKind.Null ? null : Read(value);

    public static string TypeOf(object value) => value switch
    {
        int => "int",
        long => "long",
        float => "float",
        double => "double",
        bool => "bool",
        string => "string",
        _ => throw new ArgumentException($"a constant of type {value.GetType().Name} has no text", nameof(value)),
    };

    public static JsonWriter WriteConstant(JsonWriter w, object value) => value switch
    {
        int number => w.Value(number),
        long number => w.Value(number),
        float number => w.Number(number),
        double number => w.Number(number),
        bool flag => w.Value(flag),
        _ => w.Text((string)value),
    };

    public static object ReadConstant(string type, JsonValue value) => type switch
    {
        "int" => value.Integer(),
        "long" => value.Long(),
        "float" => (float)value.Number(),
        "double" => value.Number(),
        "bool" => value.Flag(),
        _ => value.Text(),
    };
}
