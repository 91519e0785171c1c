using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Link;

/// <summary>Runs captured code on constants and graph values: what remains is the program's straight line of nodes. <paramref name="caller"/> is the call from another class; without one, the member that holds the module led here.</summary>
public sealed class Interpreter(ModuleInstance self, GraphBuilder? graph = null, int depth = 0, Caller? caller = null)
{
    readonly Dictionary<string, object> locals = new(StringComparer.Ordinal);
    int statement = -1;

    /// <summary>Calls a method of the instance and gives what it returns.</summary>
    public object Call(Method method, IReadOnlyDictionary<string, object> arguments)
    {
        if (depth > 64)
            throw Error(Rules.UnknownName, method.Body.Count > 0 ? method.Body[0].Site : -1, $"{method.Name} calls itself; a training graph has no recursion");
        foreach (var parameter in method.Parameters)
            locals[parameter.Name] = arguments.TryGetValue(parameter.Name, out object value) ? value
                : parameter.Default is { } fallback ? Evaluate(fallback)
                : throw Error(Rules.UnknownName, method.Body.Count > 0 ? method.Body[0].Site : -1, $"{method.Name} needs an argument for '{parameter.Name}'");
        var (outer, call) = (graph?.Precision ?? default, graph?.Call);
        if (graph is not null && self.Precision is { } own)
            graph.Precision = own;
        if (graph is not null && self.Recompute)
            graph.Call ??= new();
        object result = Run(method.Body) ?? throw Error(Rules.UnknownName, method.Body.Count > 0 ? method.Body[0].Site : -1, $"{method.Name} ends without returning a tensor");
        if (graph is not null)
            (graph.Precision, graph.Call) = (outer, call);
        return result;
    }

    object? Run(EquatableArray<Statement> body)
    {
        foreach (var line in body)
        {
            statement = line.Site;
            if (Run(line) is { } result)
                return result;
        }
        return null;
    }

    object? Run(Statement line)
    {
        switch (line)
        {
            case Assignment a:
                Assign(a.Local, Evaluate(a.Value));
                return null;
            case Deconstruction d:
                if (Evaluate(d.Value) is not object[] items || items.Length != d.Locals.Count)
                    throw Error(Rules.UnknownName, d.Site, $"expected {d.Locals.Count} values to deconstruct");
                for (int i = 0; i < items.Length; i++)
                    if (d.Locals[i] is { } name)
                        Assign(name, items[i]);
                return null;
            case If choice:
                return Run(Evaluate(choice.Condition) is true ? choice.Then : choice.Else);
            case For loop:
                return Unroll(loop);
            case ForEach each:
                Repeat(each);
                return null;
            case Return r:
                return Evaluate(r.Value);
            default:
                throw Error(Rules.UnknownName, line.Site, $"{line.GetType().Name} cannot be captured");
        }
    }

    void Assign(string local, object value)
    {
        if (value is Value { Producer: not null } tensor)
            graph!.Name(tensor, local);
        locals[local] = value;
    }

    object? Unroll(For loop)
    {
        object index = Evaluate(loop.Start);
        for (int guard = 0; ScalarMath.Binary(loop.Comparison, index, Evaluate(loop.Limit)) is true; guard++)
        {
            if (guard >= 4096)
                throw Error(Rules.UnknownName, loop.Site, "the for loop runs more than 4,096 times; use Repeated<T> and foreach for layers");
            locals[loop.Variable] = index;
            if (Run(loop.Body) is { } result)
                return result;
            index = ScalarMath.Binary("+", index, Evaluate(loop.Step)) ?? throw Error(Rules.UnknownName, loop.Site, "the loop's step is not a number");
        }
        return null;
    }

    /// <summary>Captures the body once. A local that the body assigns and that exists before the loop is carried from one iteration to the next.</summary>
    void Repeat(ForEach each)
    {
        if (Evaluate(each.Collection) is not RepeatedInstance list)
            throw Error(Rules.UnknownName, each.Site, "foreach needs a Repeated<T> of modules");
        if (graph!.IsInsideExpert)
            throw Error(Rules.UnknownName, each.Site, $"foreach over '{list.List.Path}' inside an expert; an expert runs once on the rows that routing sends it: write its layers as members of their own");
        var assigned = Assigned(each.Body).Where(locals.ContainsKey).Distinct().ToList();
        var names = assigned.Where(n => locals[n] is Value).ToList();
        var others = assigned.Except(names).ToDictionary(n => n, n => locals[n], StringComparer.Ordinal);
        var node = graph.BeginLoop(list.List, each.Variable, Source(each.Site));
        foreach (string name in names)
            locals[name] = graph.Carry(node, (Value)locals[name], name);
        locals[each.Variable] = list.Element;
        int outer = statement;
        if (Run(each.Body) is not null)
            throw Error(Rules.UnknownName, each.Site, "return inside foreach; every layer must run, so return after the loop");
        statement = outer;
        foreach (var other in others.Where(o => !Equals(locals[o.Key], o.Value)))
            throw Error(Rules.CarriedShape, each.Site, $"foreach changes '{Naming.Camel(other.Key)}', which is not a tensor; every iteration runs the same program, so only tensors may change from one to the next");
        graph.EndLoop(node, names.Select(n => (Value)locals[n]).ToList());
        for (int i = 0; i < names.Count; i++)
            locals[names[i]] = node.Carried[i].Result;
        locals.Remove(each.Variable);
    }

    static IEnumerable<string> Assigned(IEnumerable<Statement> body) => body.SelectMany(line => line switch
    {
        Assignment a => [a.Local],
        Deconstruction d => d.Locals.OfType<string>(),
        If choice => Assigned(choice.Then).Concat(Assigned(choice.Else)),
        For loop => Assigned(loop.Body),
        ForEach each => Assigned(each.Body),
        _ => Enumerable.Empty<string>(),
    });

    public object Evaluate(Expression expression)
    {
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Local local:
                return locals.TryGetValue(local.Name, out object value) ? value : throw Error(Rules.UnknownName, local.Site, $"'{local.Name}' has no value here");
            case ConstructorArgument argument:
                return self.Arguments.TryGetValue(argument.Name, out object given) ? given : throw Error(Rules.UnknownName, argument.Site, $"constructor argument '{argument.Name}' has no value");
            case MemberAccess access:
                return Member(access);
            case TupleLiteral tuple:
                return tuple.Items.Select(Evaluate).ToArray();
            case TupleItem item:
                return Evaluate(item.Tuple) is object[] items && item.Index < items.Length ? items[item.Index] : throw Error(Rules.UnknownName, item.Site, "not a tuple with that many items");
            case Modules.Conditional choice:
                return Evaluate(Evaluate(choice.Condition) is true ? choice.WhenTrue : choice.WhenFalse);
            case NumericCast cast:
                return Number(cast.Site, ScalarMath.Cast(cast.Type, Evaluate(cast.Operand)));
            case Modules.Unary unary:
                return Evaluate(unary.Operand) switch
                {
                    Value tensor when unary.Operator == "-" => Graph(unary.Site).Negate(tensor, Source(unary.Site)),
                    var operand => Number(unary.Site, ScalarMath.Unary(unary.Operator, operand)),
                };
            case Binary binary:
                return Evaluate(binary);
            case OperationCall call:
                return Operation(call);
            case MethodCall call:
                return Invoke(call);
            default:
                throw Error(Rules.UnknownName, expression.Site, $"{expression.GetType().Name} cannot be captured");
        }
    }

    object Evaluate(Binary binary)
    {
        object left = Evaluate(binary.Left);
        // C# does not evaluate the right side of a decided && or ||; it may not even have a value then.
        if (left is bool decided && (binary.Operator == "&&" && !decided || binary.Operator == "||" && decided))
            return decided;
        object right = Evaluate(binary.Right);
        return left is Value || right is Value
            ? Graph(binary.Site).Arithmetic(binary.Operator, left, right, Source(binary.Site))
            : Number(binary.Site, ScalarMath.Binary(binary.Operator, left, right));
    }

    object Member(MemberAccess access)
    {
        object target = access.Target is null ? self : Evaluate(access.Target);
        return (target, access.Name) switch
        {
            (ModuleInstance owner, _) => owner.Members.TryGetValue(access.Name, out object value) ? value : throw Error(Rules.UnknownName, access.Site, $"{owner.Graph.Type} has no captured member '{access.Name}'"),
            (RepeatedInstance list, "Count") => list.List.Count,
            (ExpertGroupInstance group, "Count") => group.Site.Experts,
            (ExpertGroupInstance group, "TopK") => group.Site.TopK,
            (ExpertGroupInstance group, "BalanceLoss") => (float)group.Site.Router.BalanceLoss,
            (ExpertGroupInstance group, "RouterZLoss") => (float)group.Site.Router.RouterZLoss,
            (ExpertGroupInstance group, "GateScale") => (float)group.Site.Router.GateScale,
            (ExpertGroupInstance group, "BiasRate") => (float)group.Site.Router.BiasRate,
            (ExpertGroupInstance group, "QuantileBalancing") => group.Site.Router.QuantileBalancing,
            (ExpertGroupInstance group, "SinkhornIterations") => group.Site.Router.SinkhornIterations,
            (ExpertGroupInstance group, "CapacityFactor") => (float)group.Site.Router.CapacityFactor,
            (ExpertGroupInstance group, "DropOrder") => (int)group.Site.Router.DropOrder,
            (ExpertGroupInstance group, "Jitter") => (float)group.Site.Router.Jitter,
            (ExpertGroupInstance group, "RouterGroups") => group.Site.Router.Groups,
            (ExpertGroupInstance group, "KeptGroups") => group.Site.Router.KeptGroups > 0 ? group.Site.Router.KeptGroups : group.Site.Router.Groups,
            (ExpertGroupInstance group, "Renormalize") => group.Site.Router.Renormalize,
            (ExpertGroupInstance group, "Score") => (int)group.Site.Router.Score,
            _ => throw Error(Rules.UnknownName, access.Site, $"'{access.Name}' is not a member of a module"),
        };
    }

    object Operation(OperationCall call)
    {
        var arguments = call.Arguments.ToDictionary(a => a.Name, a => Evaluate(a.Value), StringComparer.Ordinal);
        if (call.Operation.StartsWith("Math.", StringComparison.Ordinal))
            return Number(call.Site, ScalarMath.Call(call.Operation, [.. call.Arguments.Select(a => arguments[a.Name])]));
        return Operations.Build(call.Operation, new(arguments, Graph(call.Site), Source(call.Site)));
    }

    object Invoke(MethodCall call)
    {
        var arguments = call.Arguments.ToDictionary(a => a.Name, a => Evaluate(a.Value), StringComparer.Ordinal);
        object target = call.Target is null ? self : Evaluate(call.Target);
        if (target is ExpertGroupInstance group)
            return Graph(call.Site).Experts(group, arguments, Source(call.Site), depth);
        if (target is not ModuleInstance module)
            throw Error(Rules.UnknownName, call.Site, $"{call.Key} is called on something that is not a module");
        var method = module.Graph.Methods.FirstOrDefault(m => m.Key == call.Key)
            ?? throw Error(Rules.UnknownName, call.Site, $"{module.Graph.Type} has no captured method '{call.Key}'");
        if (method.HasErrors)
            throw Error(Rules.UnknownName, call.Site, $"{method.Name} could not be captured; see its own errors");
        return new Interpreter(module, graph, depth + 1, module == self ? caller : new(self.Graph.Type, call.Site, Here)).Call(method, arguments);
    }

    GraphBuilder Graph(int site) => graph ?? throw Error(Rules.UnknownName, site, "a tensor cannot be a constructor argument");

    Caller? Here => caller ?? self.Holder;

    SourceRef Source(int site) => new(self.Graph.Type, statement >= 0 ? statement : site, site) { Caller = Here };

    object Number(int site, object? value) => value ?? throw Error(Rules.UnknownName, site, "this expression has no value at compile time");

    UserErrorException Error(string id, int site, string message) => new(id, Source(site), message);
}
