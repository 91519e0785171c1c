using System.Globalization;
using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>Reads a <see cref="PlanDocument"/>.</summary>
public static class PlanReader
{
    /// <summary>Reads the text that <see cref="PlanWriter"/> wrote.</summary>
    /// <exception cref="PlanDocumentException">It is no plan, or one of another version.</exception>
    public static PlanDocument Read(string text)
    {
        try
        {
            var root = JsonValue.Parse(text, "plan");
            if (root["version"] is { Kind: JsonKind.Number } version && version.Text != PlanDocument.Version.ToString(CultureInfo.InvariantCulture))
                throw new PlanDocumentException($"The plan has version {version.Text}; this version of Shardwright reads version {PlanDocument.Version}. Build the model again.");
            return Document(root);
        }
        catch (JsonException exception)
        {
            throw new PlanDocumentException($"The plan is no JSON: {exception.Message}");
        }
    }

    private static PlanDocument Document(JsonValue root)
    {
        var program = new TimedProgram(Nodes(Member(root, "step")), [.. Items(Member(root, "sites")).Select(Site)], Integer(root, "slots"));
        Check(program);
        return new()
        {
            Model = Text(root, "model"),
            Placement = new(Positive(root, "data"), Positive(root, "expert"), Flag(root, "expertInnermost")),
            Batch = Positive(root, "batch"),
            TokensPerSequence = Positive(root, "tokensPerSequence"),
            MicroBatches = Positive(root, "microBatches"),
            Target = Text(root, "target"),
            MachineText = root["machine"] is { Kind: JsonKind.String } machine ? machine.Text : null,
            PlannedPicoseconds = Long(Member(root, "plannedPicoseconds")),
            Memory = Memory(Member(root, "memory")),
            Program = program,
        };
    }

    /// <summary>Numbers of statements, slots and sites must be in range: a walk indexes by them.</summary>
    private static void Check(TimedProgram program)
    {
        for (int i = 0; i < program.Ops.Count; i++)
        {
            var op = program.Ops[i];
            if (op.Index != i || op.Site >= program.Sites.Count || op.Reads.Concat(op.Writes).Any(slot => slot < 0 || slot >= program.Slots))
                throw new PlanDocumentException($"Statement {op.Index} of the plan ('{op.Name}') names a statement, site or slot that does not exist.");
            if (op.Site < 0 && (op.Work.IsRouted || op.Collective is { Exchange: not RowExchange.None }))
                throw new PlanDocumentException($"Statement {op.Index} of the plan ('{op.Name}') depends on routing but names no site.");
        }
    }

    private static IReadOnlyList<TimedNode> Nodes(JsonValue list) => [.. Items(list).Select(Node)];

    private static TimedNode Node(JsonValue value)
    {
        if (value["loop"] is null)
            return Op(value);
        string kind = Text(value, "kind");
        return new TimedLoop(Text(value, "loop"), Positive(value, "count"), Nodes(Member(value, "body")))
        {
            IsMicroBatches = kind == "microBatches",
            IsBackward = kind == "backward",
            Weights = Amount(value["weights"]),
            Gradients = Amount(value["gradients"]),
        };
    }

    private static TimedOp Op(JsonValue value) => new(Text(value, "name"))
    {
        Index = Integer(value, "op"),
        Source = value["at"]?.Text ?? "",
        Phase = Enumeration<StepPhase>(Member(value, "phase")),
        IsRecomputed = value["recomputed"] is { Kind: JsonKind.Boolean, Boolean: true },
        Site = value["site"] is { } site ? checked((int)Long(site)) : -1,
        Work = new()
        {
            Products = value["products"] is { } products ? [.. Items(products).Select(Product)] : [],
            VectorElements = Amount(value["vector"]),
            ScalarElements = Amount(value["scalar"]),
            GpSimdElements = Amount(value["gpSimd"]),
            ReadBytes = Amount(value["read"]),
            WriteBytes = Amount(value["write"]),
            PayloadBytes = value["payload"] is { } payload ? checked((int)Long(payload)) : 0,
        },
        Collective = value["collective"] is { } c
            ? new(Enumeration<CollectiveKind>(Member(c, "kind")), Enumeration<CollectiveGroup>(Member(c, "group")), Amount(c["bytes"]), Enumeration<RowExchange>(Member(c, "exchange")), Integer(c, "rowBytes")) : null,
        Reads = Numbers(value, "reads"),
        Writes = Numbers(value, "writes"),
    };

    private static MatrixWork Product(JsonValue value)
    {
        var items = Items(value);
        return items.Count == 6 ? new(Long(items[0]), Long(items[1]), Long(items[2]), Long(items[3]), Enumeration<OperandFormat>(items[4]), Enumeration<RoutedDimension>(items[5])) : throw Wrong(value, "six items");
    }

    private static PlanMemory Memory(JsonValue value) => new(Amount(value["weights"]), Amount(value["gradients"]), Amount(value["optimizer"]), Long(Member(value, "workspace")),
        Numbers(value, "savedBytesPerRow"), Numbers(value, "workingBytesPerRow"), Long(Member(value, "peak")))
    {
        WorkspacePerRank = Long(Member(value, "workspacePerRank")),
        LargestOutside = Amount(value["largestOutside"]),
    };

    private static TimedSite Site(JsonValue value) => new(Text(value, "path"), Positive(value, "experts"), Positive(value, "topK"), Positive(value, "layers"), Long(Member(value, "tokensPerRank")));

    private static Amount Amount(JsonValue? value)
    {
        if (value is null)
            return default;
        if (value.Kind == JsonKind.Number)
            return new(Long(value));
        var items = Items(value);
        return items.Count == 3 ? new(Long(items[0]), Long(items[1]), Long(items[2])) : throw Wrong(value, "three numbers");
    }

    private static IReadOnlyList<int> Numbers(JsonValue value, string name) => [.. Items(Member(value, name)).Select(item => checked((int)Long(item)))];

    private static JsonValue Member(JsonValue value, string name) => value[name] ?? throw Wrong(value, $"a member '{name}'");

    private static IReadOnlyList<JsonValue> Items(JsonValue value) => value.Kind == JsonKind.Array ? value.Items : throw Wrong(value, "an array");

    private static string Text(JsonValue value, string name) => Member(value, name) is { Kind: JsonKind.String } text ? text.Text : throw Wrong(Member(value, name), "a string");

    private static bool Flag(JsonValue value, string name) => Member(value, name) is { Kind: JsonKind.Boolean } flag ? flag.Boolean : throw Wrong(Member(value, name), "true or false");

    private static int Integer(JsonValue value, string name) => Long(Member(value, name)) is var number && number == (int)number ? (int)number : throw Wrong(Member(value, name), "a 32-bit number");

    private static int Positive(JsonValue value, string name) => Integer(value, name) is > 0 and var number ? number : throw Wrong(Member(value, name), "a number above 0");

    private static long Long(JsonValue value) => long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && value.Kind == JsonKind.Number ? number : throw Wrong(value, "a whole number");

    private static T Enumeration<T>(JsonValue value) where T : struct => Enum.TryParse<T>(value.Text, out var result) && Enum.IsDefined(typeof(T), result) ? result : throw Wrong(value, "one of " + string.Join(", ", Enum.GetNames(typeof(T))));

    private static PlanDocumentException Wrong(JsonValue got, string need) => new($"Line {got.Line} of the plan has {got.KindName}{(got.Text.Length > 0 ? $" '{got.Text}'" : "")}; need {need}.");
}
