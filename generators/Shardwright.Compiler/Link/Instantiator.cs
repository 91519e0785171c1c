using System.Globalization;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Link;

/// <summary>
/// Builds the tree of module instances of a model, evaluating constructor arguments, and declares every parameter on the way, used or not. <c>Dispatch.Auto</c> becomes <paramref name="lowering"/>, what the target allows.
/// </summary>
public sealed class Instantiator(LinkedModel linked, int microBatches, RowExchange lowering = RowExchange.Variable)
{
    readonly Dictionary<string, ModuleGraph> graphs = linked.Modules.ToDictionary(m => m.Type, StringComparer.Ordinal);

    public List<ParameterDeclaration> Parameters { get; } = [];

    public List<ExpertSite> Sites { get; } = [];

    /// <summary>Where each of <see cref="Sites"/> is declared.</summary>
    public List<SourceRef> SiteSources { get; } = [];

    public ModuleInstance Model() => Build(linked.Model, "", Placement.Model, new Dictionary<string, object>(), 0);

    ModuleInstance Build(ModuleGraph graph, string path, Placement place, IReadOnlyDictionary<string, object> arguments, int depth, ModuleInstance? owner = null, Member? held = null)
    {
        var holder = owner is null || held is null ? null : new Caller(owner.Graph.Type, held.Site, owner.Holder);
        if (depth > 32)
            throw new UserErrorException(new(Rules.UnknownName, graph.Type, -1, $"{graph.Type} contains itself; a model must be a finite tree of modules") { Caller = holder });
        var instance = new ModuleInstance(graph, path, place, arguments) { Holder = holder, Precision = Precision.Of(held?.Precision) ?? Precision.Of(graph.Precision), Recompute = held?.Recompute == true || graph.Recompute };
        foreach (var constant in graph.Constants)
            instance.Members[constant.Name] = constant.Value;
        foreach (var member in graph.Members)
            instance.Members[member.Name] = Member(instance, member, depth);
        return instance;
    }

    object Member(ModuleInstance owner, Member member, int depth)
    {
        switch (member)
        {
            case ScalarMember scalar:
                return Scalar(owner, scalar.Value);
            case ParameterMember parameter:
                return Declare(owner, parameter, parameter.Shape, parameter.NoDecay, parameter.Frozen || owner.Place.Frozen, false, Precision.Of(parameter.Precision));
            case StateMember state:
                return Declare(owner, state, state.Shape, true, true, true);
            case ModuleMember module:
                return Build(Graph(owner, module, module.Type), owner.PathOf(module.Name), owner.Place with { Frozen = owner.Place.Frozen || module.Frozen }, Arguments(owner, module, module.Type, module.Arguments), depth + 1, owner, module);
            case RepeatedMember repeated:
                {
                    int count = Integer(owner, member, repeated.Count, "count");
                    var list = new RepeatedList(owner.PathOf(repeated.Name), count);
                    var place = owner.Place with { Loops = owner.Place.Loops.Append(list).ToEquatable(), Frozen = owner.Place.Frozen || repeated.Frozen };
                    return new RepeatedInstance(list, Build(Graph(owner, member, repeated.Type), list.Path + "[*]", place, Arguments(owner, member, repeated.Type, repeated.Arguments), depth + 1, owner, repeated), repeated.Name);
                }
            case ExpertGroupMember group:
                return Group(owner, group, depth);
            default:
                throw Error(Rules.UnknownName, owner, member.Site, $"'{member.Name}' cannot be captured");
        }
    }

    ExpertGroupInstance Group(ModuleInstance owner, ExpertGroupMember group, int depth)
    {
        if (owner.Place.Experts > 0)
            throw Error(Rules.UnknownName, owner, group.Site, $"'{group.Name}' is an expert group inside an expert; experts cannot be nested");
        int count = Integer(owner, group, group.Count, "count"), topK = Integer(owner, group, group.TopK, "topK");
        if (count > Limits.Experts)
            throw Error(Rules.ShapeMismatch, owner, group.Site, $"'{group.Name}' has {count} experts; need at most {Limits.Experts}");
        if (topK > count)
            throw new UserErrorException(new(Rules.TopKAboveExperts, owner.Graph.Type, group.TopK.Site,
                $"'{owner.PathOf(group.Name)}': every token goes to topK = {topK} different experts, but there are {count}; need 1 ≤ topK ≤ count, {count} at most")
            {
                Caller = owner.Holder,
                Fixes = NumberPlaces.Of(linked, owner.Graph.Type, group.TopK) is { } written ? EquatableArray.Of(new Fix($"Set topK to {count}", EquatableArray.Of(new Edit(EditKind.Number, written, count.ToString(CultureInfo.InvariantCulture))))) : default,
            });
        string path = owner.PathOf(group.Name);
        bool isAutomatic = group.Dispatch == "Auto";
        var site = new ExpertSite(Sites.Count, path, group.Name, count, topK, owner.Place.Loops, ReadRouter.Of(owner, group, count, topK), isAutomatic ? lowering.ToString() : group.Dispatch, microBatches)
        {
            IsDispatchAutomatic = isAutomatic,
            Placement = group.Placement,
            Slots = group.Slots,
            LeastTokens = group.LeastTokens,
            Order = group.Order,
            Chunks = group.Chunks,
        };
        Value? bias = null;
        if (site.Router.HasBias)
        {
            bias = Declare(owner, group, path + ".Bias", "Bias", EquatableArray.Of(count), true, true, true);
            string source = site.Router.QuantileBalancing ? "Quantiles" : "Load";
            int slot = Declare(owner, group, $"{path}.{source}", source, EquatableArray.Of(count), true, true, true).Parameter!.Slot;
            site = site.Router.QuantileBalancing ? site with { BiasSlot = bias.Parameter!.Slot, QuantileSlot = slot } : site with { BiasSlot = bias.Parameter!.Slot, LoadSlot = slot };
        }
        Sites.Add(site);
        SiteSources.Add(new(owner.Graph.Type, group.Site, group.Site) { Caller = owner.Holder });
        var place = owner.Place with { Experts = count, Frozen = owner.Place.Frozen || group.Frozen };
        return new(site, Build(Graph(owner, group, group.Type), path + "[*]", place, Arguments(owner, group, group.Type, group.Arguments), depth + 1, owner, group), bias);
    }

    Value Declare(ModuleInstance owner, Member member, EquatableArray<Expression> shape, bool noDecay, bool frozen, bool isState, Precision? precision = null)
    {
        return Declare(owner, member, owner.PathOf(member.Name), member.Name, shape.Select((s, i) => Integer(owner, member, s, $"dimension {i}")).ToEquatable(), noDecay, frozen, isState, precision);
    }

    Value Declare(ModuleInstance owner, Member member, string path, string name, EquatableArray<int> sizes, bool noDecay, bool frozen, bool isState, Precision? precision = null)
    {
        double copies = Limits.Product(owner.Place.Loops.Select(list => list.Count)) * Math.Max(1, owner.Place.Experts);
        if (!Limits.Holds(sizes) || Limits.Product(sizes) * copies > Limits.AllElements)
            throw Error(Rules.ShapeMismatch, owner, member.Site, $"'{path}' [{string.Join(", ", sizes)}] has more than {Limits.Elements} elements, or {Limits.AllElements} over all layers and experts; use smaller sizes");
        var declaration = new ParameterDeclaration(
            Parameters.Count, path, name, sizes, owner.Place.Loops, owner.Place.Experts, !noDecay, frozen, isState, owner.Graph.Type, member.Site)
        {
            Precision = precision,
        };
        Parameters.Add(declaration);
        return new Value(Naming.Camel(name), new(owner.Graph.Type, member.Site, member.Site) { Caller = owner.Holder })
        {
            Parameter = declaration,
            Type = new(ElementType.Float32, sizes, RowKind.None),
            Sharding = owner.Place.Experts > 0 ? Sharding.Experts : Sharding.Replicated,
        };
    }

    ModuleGraph Graph(ModuleInstance owner, Member member, string type) => graphs.TryGetValue(type, out var graph)
        ? graph
        : throw Error(Rules.UnknownName, owner, member.Site, $"'{member.Name}' is of type {type}, which is not a captured module; mark the class with [Module]");

    Dictionary<string, object> Arguments(ModuleInstance owner, Member member, string type, EquatableArray<Argument> arguments)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var argument in arguments)
            values[argument.Name] = Scalar(owner, argument.Value);
        var graph = Graph(owner, member, type);
        foreach (var parameter in graph.Constructor)
            if (!values.ContainsKey(parameter.Name))
                values[parameter.Name] = parameter.Default is { } value
                    ? Scalar(owner, value)
                    : throw Error(Rules.UnknownName, owner, member.Site, $"'{member.Name}': {type} needs an argument for '{parameter.Name}'");
        return values;
    }

    /// <summary>Evaluates a constructor-time expression to a number.</summary>
    internal static object Scalar(ModuleInstance owner, Expression expression) => new Interpreter(owner).Evaluate(expression) switch
    {
        Value or ModuleInstance or RepeatedInstance or ExpertGroupInstance or object[] => throw Error(Rules.UnknownName, owner, expression.Site, "a constructor argument must be a number"),
        var number => number,
    };

    static int Integer(ModuleInstance owner, Member member, Expression expression, string what)
    {
        object value = Scalar(owner, expression);
        return value is int or long && Convert.ToInt64(value) is > 0 and <= int.MaxValue and var number
            ? (int)number
            : throw Error(Rules.ShapeMismatch, owner, member.Site, $"'{member.Name}': {what} is {value}; need a whole number above 0");
    }

    static UserErrorException Error(string id, ModuleInstance owner, int site, string message) => new(new(id, owner.Graph.Type, site, message) { Caller = owner.Holder });
}
