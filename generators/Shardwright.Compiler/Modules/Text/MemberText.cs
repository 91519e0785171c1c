using Shardwright.Compiler.Graph;
using Shardwright.Hardware.Json;

namespace Shardwright.Compiler.Modules.Text;

/// <summary>Members: <c>[kind, site, name, precision, recompute, …]</c>, and what a class has beside members and methods.</summary>
internal static class MemberText
{
    public static void Write(JsonWriter w, Member member)
    {
        w.BeginArray().Value(Kind(member)).Value(member.Site).Text(member.Name);
        Write(w, member.Precision);
        w.Value(member.Recompute);
        switch (member)
        {
            case ParameterMember parameter:
                ExpressionText.WriteAll(w, parameter.Shape);
                Write(w, parameter.Shards);
                w.Value(parameter.NoDecay).Value(parameter.Frozen);
                break;
            case StateMember state:
                ExpressionText.WriteAll(w, state.Shape);
                break;
            case ModuleMember module:
                ExpressionText.WriteArguments(w.Text(module.Type), module.Arguments);
                w.Value(module.Frozen);
                break;
            case RepeatedMember repeated:
                ExpressionText.WriteArguments(w.Text(repeated.Type), repeated.Arguments);
                w.Value(repeated.Frozen);
                ExpressionText.Write(w, repeated.Count);
                break;
            case ExpertGroupMember group:
                ExpressionText.WriteArguments(w.Text(group.Type), group.Arguments);
                w.Value(group.Frozen);
                ExpressionText.Write(w, group.Count);
                ExpressionText.Write(w, group.TopK);
                ExpressionText.WriteArguments(w, group.Settings.Select(s => new Argument(s.Name, s.Value)).ToEquatable());
                w.Value(group.Placement).Value(group.Dispatch).Value(group.Slots).Value(group.LeastTokens).Value(group.Order).Value(group.Chunks);
                break;
            case ScalarMember scalar:
                ExpressionText.Write(w, scalar.Value);
                break;
        }
        w.EndArray();
    }

    static string Kind(Member member) => member switch
    {
        ParameterMember => "parameter",
        StateMember => "state",
        ModuleMember => "module",
        RepeatedMember => "repeated",
        ExpertGroupMember => "experts",
        ScalarMember => "scalar",
        _ => throw new ArgumentException($"{member.GetType().Name} has no text", nameof(member)),
    };

    public static Member ReadMember(JsonValue value)
    {
        var items = value.Items(6, int.MaxValue);
        int site = items[1].Integer();
        string name = items[2].Name();
        Member member = items[0].Text() switch
        {
            "parameter" => new ParameterMember(name, site, ExpressionText.ReadAll(value.Items(9)[5]), ReadShards(items[6]), items[7].Flag(), items[8].Flag()),
            "state" => new StateMember(name, site, ExpressionText.ReadAll(value.Items(6)[5])),
            "module" => new ModuleMember(name, site, value.Items(8)[5].Name(), ExpressionText.ReadArguments(items[6]), items[7].Flag()),
            "repeated" => new RepeatedMember(name, site, value.Items(9)[5].Name(), ExpressionText.Read(items[8]), ExpressionText.ReadArguments(items[6]), items[7].Flag()),
            "experts" => new ExpertGroupMember(name, site, value.Items(17)[5].Name(), ExpressionText.Read(items[8]), ExpressionText.Read(items[9]), ExpressionText.ReadArguments(items[6]),
                ExpressionText.ReadArguments(items[10]).Select(s => new Setting(s.Name, s.Value)).ToEquatable(), items[11].OneOf("Static", "Adaptive", "Exact", "Auto"), items[12].OneOf("Variable", "Once", "Padded", "Gathered", "Auto"), items[7].Flag())
            {
                Slots = items[13].Integer(),
                LeastTokens = items[14].Integer(),
                Order = items[15].OneOf("Fast", "Invariant"),
                Chunks = items[16].Integer(),
            },
            "scalar" => new ScalarMember(name, site, ExpressionText.Read(value.Items(6)[5])),
            var kind => throw items[0].Error($"found '{kind}'; need a kind of member"),
        };
        return member with { Precision = ReadPrecision(items[3]), Recompute = items[4].Flag() };
    }

    public static void Write(JsonWriter w, ConstructorParameter parameter)
    {
        w.BeginArray().Text(parameter.Name);
        ExpressionText.WriteOptional(w, parameter.Default);
        w.EndArray();
    }

    public static ConstructorParameter ReadConstructor(JsonValue value) => new(value.Items(2)[0].Name(), ExpressionText.ReadOptional(value.Items[1]));

    public static void Write(JsonWriter w, NamedConstant constant)
    {
        w.BeginArray().Text(constant.Name).Value(ExpressionText.TypeOf(constant.Value));
        ExpressionText.WriteConstant(w, constant.Value).EndArray();
    }

    public static NamedConstant ReadConstant(JsonValue value)
        => new(value.Items(3)[0].Name(), ExpressionText.ReadConstant(value.Items[1].OneOf("int", "long", "float", "double", "bool", "string"), value.Items[2]));

    public static void Write(JsonWriter w, PrecisionOption? precision)
    {
        if (precision is null)
            w.Value(null);
        else
            w.BeginArray().Value(precision.Format).Value(precision.Stochastic).Value(precision.Site).EndArray();
    }

    public static PrecisionOption? ReadPrecision(JsonValue value)
        => value.Kind == JsonKind.Null ? null : new(value.Items(3)[0].OneOf(Enum.GetNames(typeof(NumberFormat))), value.Items[1].Flag()) { Site = value.Items[2].Integer() };

    public static void Write(JsonWriter w, EquatableArray<Shard> shards)
    {
        w.BeginArray();
        foreach (var shard in shards)
            w.BeginArray().Value(shard.Axis).Value(shard.Dimension).EndArray();
        w.EndArray();
    }

    public static EquatableArray<Shard> ReadShards(JsonValue value) => value.Array().Select(s => new Shard(s.Items(2)[0].Text(), s.Items[1].Integer())).ToEquatable();
}
