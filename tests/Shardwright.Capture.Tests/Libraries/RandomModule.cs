using System.Globalization;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Tests.Libraries;

/// <summary>Random module graphs: every kind of expression, statement and member, and constants that are hard to write down. Seeded.</summary>
internal sealed class RandomModule(int seed)
{
    static readonly object[] constants = [0, -1, int.MinValue, int.MaxValue, 0L, long.MinValue, long.MaxValue, 0.01f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue, 0.1, -0.0, 1e-300, double.NaN,
        double.NegativeInfinity, double.MaxValue, Math.PI, true, false, "", "plain", "\"\"\"", "\\", "line\nbreak\u2028\u0085\t\0", "näme 世界 \U0001F600", "half \ud83d", "\udc00\udc00"];

    readonly Random random = new(seed);
    int sites;

    public (ModuleGraph Graph, ModuleSources Sources) Next()
    {
        sites = 0;
        var graph = new ModuleGraph(Name() + "." + Name(), false, Flag(), List(() => new ConstructorParameter(Name(), Maybe(() => Expression(0)))), List(() => new NamedConstant(Name(), Constant())),
            List(Member), List(Method), null, false)
        {
            Precision = Precision(),
            Recompute = Flag(),
        };
        return (graph, new(graph.Type, Enumerable.Range(0, sites).Select(site => new SourceSite(site, $"{(Flag() ? "Blocks/" : "")}{Name()}.cs", random.Next(1, 999), random.Next(1, 99), random.Next(1, 999), random.Next(1, 99), Flag() ? "var h = \"x\" \\ y" : "…")).ToEquatable()));
    }

    Member Member()
    {
        Member member = random.Next(6) switch
        {
            0 => new ParameterMember(Name(), Site(), List(() => Expression(0)), List(() => new Shard(Flag() ? "Data" : "Tensor", random.Next(-1, 3))), Flag(), Flag()),
            1 => new StateMember(Name(), Site(), List(() => Expression(0))),
            2 => new ModuleMember(Name(), Site(), Name() + "." + Name(), List(Argument), Flag()),
            3 => new RepeatedMember(Name(), Site(), Name(), Expression(0), List(Argument), Flag()),
            4 => new ExpertGroupMember(Name(), Site(), Name(), Expression(0), Expression(0), List(Argument), List(() => new Setting(Name(), Expression(0))), Flag() ? "Static" : "Adaptive", Flag() ? "Auto" : "Padded", Flag()),
            _ => new ScalarMember(Name(), Site(), Expression(0)),
        };
        return member with { Precision = Precision(), Recompute = Flag() };
    }

    Method Method() => new(Flag() ? Name() : $"M:{Name()}.{Name()}(System.Numerics.Tensors.Tensor{{System.Single}})", Name(), Flag(), List(() => new MethodParameter(Name(), Pick("tensor", "integers", "scalar", "module"), List(Name), List(() => new Shard("Data", 0)),
        Maybe(() => (Expression)new Literal(Site(), Constant())))
    { Site = random.Next(-1, 9) }), List(() => Statement(0)), false);

    Statement Statement(int depth) => random.Next(depth > 3 ? 3 : 6) switch
    {
        0 => new Assignment(Site(), Name() + "#2", Expression(0)),
        1 => new Deconstruction(Site(), List(() => Maybe(Name)), Expression(0)),
        2 => new Return(Site(), Expression(0)),
        3 => new ForEach(Site(), Name(), Expression(0), List(() => Statement(depth + 1))),
        4 => new For(Site(), Name(), Expression(0), Pick("<", "<=", ">", ">=", "!="), Expression(0), Expression(0), List(() => Statement(depth + 1))),
        _ => new If(Site(), Expression(0), List(() => Statement(depth + 1)), List(() => Statement(depth + 1))),
    };

    Expression Expression(int depth) => random.Next(depth > 4 ? 3 : 12) switch
    {
        0 => new Literal(Site(), Constant()),
        1 => new Local(Site(), Name()),
        2 => new ConstructorArgument(Site(), Name()),
        3 => new MemberAccess(Site(), Maybe(() => Expression(depth + 1)), Name()),
        4 => new Unary(Site(), Pick("-", "!", "+"), Expression(depth + 1)),
        5 => new Binary(Site(), Pick("+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "&", "|"), Expression(depth + 1), Expression(depth + 1)),
        6 => new Conditional(Site(), Expression(depth + 1), Expression(depth + 1), Expression(depth + 1)),
        7 => new NumericCast(Site(), Pick("int", "long", "float", "double"), Expression(depth + 1)),
        8 => new OperationCall(Site(), Pick("Nn", "Math.Sqrt"), List(() => new Argument(Name(), Expression(depth + 1)))),
        9 => new MethodCall(Site(), Maybe(() => Expression(depth + 1)), Maybe(Name), Name(), List(() => new Argument(Name(), Expression(depth + 1)))),
        10 => new TupleLiteral(Site(), List(() => Expression(depth + 1))),
        _ => new TupleItem(Site(), Expression(depth + 1), random.Next(8)),
    };

    Argument Argument() => new(Name(), Expression(0));

    PrecisionOption? Precision() => Maybe(() => new PrecisionOption(Pick("Float32", "BFloat16", "Float8E4M3"), Flag()));

    object Constant() => constants[random.Next(constants.Length)];

    int Site() => sites++;

    string Name() => Pick("width", "Größe", "_x", "h", "变量", "Block") + random.Next(50).ToString(CultureInfo.InvariantCulture);

    bool Flag() => random.Next(2) == 0;

    string Pick(params string[] words) => words[random.Next(words.Length)];

    T? Maybe<T>(Func<T> make) where T : class => Flag() ? make() : null;

    EquatableArray<T> List<T>(Func<T> make) => Enumerable.Range(0, random.Next(4)).Select(_ => make()).ToEquatable();
}
