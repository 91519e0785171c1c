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
        var tables = new ReadTables(root);
        var program = new TimedProgram(Nodes(Member(root, "step"), tables), [.. Items(Member(root, "sites")).Select(Site)], Integer(root, "slots"));
        Check(program);
        var document = new PlanDocument
        {
            Model = Text(root, "model"),
            Source = tables.Source(root["source"]),
            Placement = new(Positive(root, "data"), Positive(root, "expert"), Flag(root, "expertInnermost")),
            Batch = Positive(root, "batch"),
            TokensPerSequence = Positive(root, "tokensPerSequence"),
            MicroBatches = Positive(root, "microBatches"),
            Target = Text(root, "target"),
            MachineText = root["machine"] is { Kind: JsonKind.String } machine ? machine.Text : null,
            PlannedPicoseconds = Long(Member(root, "plannedPicoseconds")),
            Memory = Memory(Member(root, "memory"), Member(root, "frames")),
            Program = program,
            Buffers = [.. Items(Member(root, "buffers")).Select(buffer => Buffer(buffer, tables))],
            Findings = [.. Items(Member(root, "findings")).Select(finding => Finding(finding, tables))],
        };
        Check(document);
        return document;
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

    /// <summary>The mesh must divide what it splits; frames and buffers name statements and expert groups too.</summary>
    private static void Check(PlanDocument plan)
    {
        int last = plan.Program.Ops.Count - 1, sites = plan.Program.Sites.Count, expert = plan.Placement.Expert;
        if (plan.Placement.Data % expert != 0 || plan.Program.Sites.Any(site => site.Experts % expert != 0 || site.TokensPerRank < 0))
            throw new PlanDocumentException($"The plan splits the experts over {expert} ranks, which does not divide its {plan.Placement.Data} ranks or the experts of a group.");
        if (plan.Memory.Frames.Count > 0 && plan.Memory.Frames.Count != sites)
            throw new PlanDocumentException($"The plan has {plan.Memory.Frames.Count} frames for {sites} expert groups.");
        foreach (var frame in plan.Memory.Frames)
            if (new[] { frame.Begin, frame.End, frame.BackwardBegin, frame.BackwardEnd }.Any(op => op < -1 || op > last) || frame.Temporaries.Count != PlanFrame.Phases)
                throw new PlanDocumentException($"A frame of the plan names statements {frame.Begin}, {frame.End}, {frame.BackwardBegin}, {frame.BackwardEnd} of {last + 1} and {frame.Temporaries.Count} phases; need {PlanFrame.Phases}.");
        foreach (var buffer in plan.Buffers)
            if (buffer.First < 0 || buffer.Last > last || buffer.First > buffer.Last || buffer.Site >= Math.Min(sites, plan.Memory.Frames.Count) || buffer.Bytes < 0 || buffer.BytesPerRow < 0)
                throw new PlanDocumentException($"Buffer '{buffer.Name}' of the plan lives from statement {buffer.First} to {buffer.Last} of {last + 1}, in expert group {buffer.Site} of {sites}.");
    }

    private static IReadOnlyList<TimedNode> Nodes(JsonValue list, ReadTables tables) => [.. Items(list).Select(item => Node(item, tables))];

    private static TimedNode Node(JsonValue value, ReadTables tables)
    {
        if (value["loop"] is null)
            return Op(value, tables);
        string kind = Text(value, "kind");
        return new TimedLoop(Text(value, "loop"), Positive(value, "count"), Nodes(Member(value, "body"), tables))
        {
            IsMicroBatches = kind == "microBatches",
            IsBackward = kind == "backward",
            Weights = Amount(value["weights"]),
            Gradients = Amount(value["gradients"]),
        };
    }

    private static TimedOp Op(JsonValue value, ReadTables tables) => new(Text(value, "name"))
    {
        Index = Integer(value, "op"),
        Place = tables.Source(value["at"]),
        Results = tables.Values(value["results"]),
        Operands = tables.Values(value["operands"]),
        Phase = Enumeration<StepPhase>(Member(value, "phase")),
        IsRecomputed = value["recomputed"] is { Kind: JsonKind.Boolean, Boolean: true },
        Site = value["site"] is { } site ? Int32(site) : -1,
        Chunk = value["chunk"] is { } chunk ? Chunk(chunk) : default,
        Work = new()
        {
            Products = value["products"] is { } products ? [.. Items(products).Select(Product)] : [],
            VectorElements = Amount(value["vector"]),
            ScalarElements = Amount(value["scalar"]),
            GpSimdElements = Amount(value["gpSimd"]),
            ReadBytes = Amount(value["read"]),
            WriteBytes = Amount(value["write"]),
            PayloadBytes = value["payload"] is { } payload ? Int32(payload) : 0,
        },
        Collective = value["collective"] is { } c
            ? new(Enumeration<CollectiveKind>(Member(c, "kind")), Enumeration<CollectiveGroup>(Member(c, "group")), Amount(c["bytes"]), Enumeration<RowExchange>(Member(c, "exchange")), Integer(c, "rowBytes")) : null,
        Reads = Numbers(value, "reads"),
        Writes = Numbers(value, "writes"),
    };

    private static ExpertChunk Chunk(JsonValue value)
    {
        var items = Items(value);
        return items.Count == 2 && Int32(items[0]) is var index && Int32(items[1]) is var count && index >= 0 && index < count ? new(index, count) : throw Wrong(value, "a part and the number of parts");
    }

    private static MatrixWork Product(JsonValue value)
    {
        var items = Items(value);
        return items.Count == 6 ? new(Long(items[0]), Long(items[1]), Long(items[2]), Long(items[3]), Enumeration<OperandFormat>(items[4]), Enumeration<RoutedDimension>(items[5])) : throw Wrong(value, "six items");
    }

    private static PlanMemory Memory(JsonValue value, JsonValue frames) => new(Amount(value["weights"]), Amount(value["gradients"]), Amount(value["optimizer"]), Long(Member(value, "workspace")),
        Numbers(value, "savedBytesPerRow"), Numbers(value, "workingBytesPerRow"), Long(Member(value, "peak")))
    {
        WorkspacePerRank = Long(Member(value, "workspacePerRank")),
        WorstPeakBytes = Long(Member(value, "worstPeak")),
        LargestOutside = Amount(value["largestOutside"]),
        Reserved = Long(Member(value, "reserved")),
        Temporaries = Long(Member(value, "temporaries")),
        Frames = [.. Items(frames).Select(Frame)],
    };

    private static PlanFrame Frame(JsonValue value)
    {
        var items = Items(value);
        if (items.Count != 10)
            throw Wrong(value, "ten items");
        int[] numbers = [.. items.Take(9).Select(item => Int32(item))];
        return new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8], [.. Items(items[9]).Select(Long)]);
    }

    private static PlanBuffer Buffer(JsonValue value, ReadTables tables)
    {
        var items = Items(value);
        if (items.Count is not (5 or 6))
            throw Wrong(value, "five or six items");
        var rows = items[4].Kind == JsonKind.Array ? items[4].Items : null;
        if (rows is { Count: not 2 })
            throw Wrong(items[4], "bytes of a row and a number of an expert group");
        return new(String(items[0]), Enumeration<MemoryClass>(items[1]), rows is null ? Long(items[4]) : 0, rows is null ? 0 : Int32(rows[0]), Int32(items[2]), Int32(items[3]))
        {
            Site = rows is null ? -1 : NotNegative(rows[1]),
            Source = tables.Source(items.Count == 6 ? items[5] : null),
        };
    }

    private static PlanFinding Finding(JsonValue value, ReadTables tables) => new(Text(value, "rule"), Enumeration<FindingSeverity>(Member(value, "severity")), Text(value, "title"), Text(value, "message"),
        tables.Source(value["at"]), value["savedPicoseconds"] is { } saved ? Long(saved) : null);

    private static TimedSite Site(JsonValue value) => new(Text(value, "path"), Positive(value, "experts"), Positive(value, "topK"), Positive(value, "layers"), Long(Member(value, "tokensPerRank")))
    {
        IsGrouped = value["grouped"] is { Kind: JsonKind.Boolean, Boolean: true },
        Placement = value["placement"] is { } placement ? String(placement) : TimedSite.StaticPlacement,
        Slots = value["slots"] is { } slots ? NotNegative(slots) : 0,
        LeastTokens = value["leastTokens"] is { } tokens ? NotNegative(tokens) : 0,
        MostCopies = value["mostCopies"] is { } most ? Long(most) : null,
        Groups = value["groups"] is null ? 1 : Positive(value, "groups"),
        KeptGroups = value["keptGroups"] is { } kept ? NotNegative(kept) : 0,
    };

    private static Amount Amount(JsonValue? value)
    {
        if (value is null)
            return default;
        if (value.Kind == JsonKind.Number)
            return new(Long(value));
        var items = Items(value);
        return items.Count == 3 ? new(Long(items[0]), Long(items[1]), Long(items[2])) : throw Wrong(value, "three numbers");
    }

    private static IReadOnlyList<int> Numbers(JsonValue value, string name) => [.. Items(Member(value, name)).Select(Int32)];

    private static JsonValue Member(JsonValue value, string name) => value[name] ?? throw Wrong(value, $"a member '{name}'");

    private static IReadOnlyList<JsonValue> Items(JsonValue value) => value.Kind == JsonKind.Array ? value.Items : throw Wrong(value, "an array");

    private static string Text(JsonValue value, string name) => String(Member(value, name));

    private static string String(JsonValue value) => value.Kind == JsonKind.String ? value.Text : throw Wrong(value, "a string");

    private static bool Flag(JsonValue value, string name) => Member(value, name) is { Kind: JsonKind.Boolean } flag ? flag.Boolean : throw Wrong(Member(value, name), "true or false");

    private static int Integer(JsonValue value, string name) => Int32(Member(value, name));

    private static int Int32(JsonValue value) => Long(value) is var number && number == (int)number ? (int)number : throw Wrong(value, "a 32-bit number");

    private static int NotNegative(JsonValue value) => Int32(value) is >= 0 and var number ? number : throw Wrong(value, "a number of at least 0");

    private static int Positive(JsonValue value, string name) => Integer(value, name) is > 0 and var number ? number : throw Wrong(Member(value, name), "a number above 0");

    private static long Long(JsonValue value) => long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && value.Kind == JsonKind.Number ? number : throw Wrong(value, "a whole number");

    private static T Enumeration<T>(JsonValue value) where T : struct => Enum.TryParse<T>(value.Text, out var result) && Enum.IsDefined(typeof(T), result) ? result : throw Wrong(value, "one of " + string.Join(", ", Enum.GetNames(typeof(T))));

    private static PlanDocumentException Wrong(JsonValue got, string need) => new($"Line {got.Line} of the plan has {got.KindName}{(got.Text.Length > 0 ? $" '{got.Text}'" : "")}; need {need}.");

    /// <summary>The tables of <see cref="PlanTables"/>, read.</summary>
    private sealed class ReadTables(JsonValue root)
    {
        private readonly IReadOnlyList<PlanSource> sources = [.. Items(Member(root, "sources")).Select(Place)];
        private readonly IReadOnlyList<string> values = [.. Items(Member(root, "values")).Select(String)];

        public PlanSource? Source(JsonValue? number) => number is null ? null : At(sources, number, "sources");

        public IReadOnlyList<string> Values(JsonValue? numbers) => numbers is null ? [] : [.. Items(numbers).Select(number => At(values, number, "values"))];

        private static T At<T>(IReadOnlyList<T> table, JsonValue number, string name) => Int32(number) is var index && index >= 0 && index < table.Count ? table[index] : throw Wrong(number, $"the number of one of {table.Count} {name}");

        private static PlanSource Place(JsonValue value) => Items(value) is { Count: 3 } items ? new(String(items[0]), Int32(items[1]), String(items[2])) : throw Wrong(value, "file, line and text");
    }
}
