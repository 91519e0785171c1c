using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <summary>Where a value's bytes are, as an expression of loop variables, and the name a reader knows it by.</summary>
public sealed class StorageNames(ModelPlan plan)
{
    readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    readonly HashSet<string> taken = new(Naming.Emitted, StringComparer.Ordinal);

    public void Reserve(string name) => taken.Add(name);

    /// <summary>The same storage always has the same name, and two different ones never share one.</summary>
    public string Name(string key, string wanted)
    {
        if (names.TryGetValue(key, out string name))
            return name;
        wanted = new string([.. Naming.Camel(wanted).Where(c => char.IsLetterOrDigit(c) || c == '_')]);
        if (wanted.Length == 0 || char.IsDigit(wanted[0]))
            wanted = "buffer" + wanted;
        name = wanted;
        for (int n = 2; !taken.Add(name); n++)
            name = wanted + n;
        return names[key] = Naming.Identifier(name);
    }

    /// <summary>The offset of a buffer's slot in bytes, how many elements the span has, and the loops whose variables it needs.</summary>
    public (string Offset, long Elements, bool NeedsLoop, string Role) Slot(Value value, ArenaBuffer buffer, Scope scope)
    {
        long stride = buffer.SlotBytes * buffer.Stack.Aggregate(1L, (product, level) => product * level.Slots), origin = plan.WorkspaceOffset + buffer.Offset;
        var terms = new List<string>();
        string role = "";
        long span = stride;
        foreach (var level in buffer.Stack)
        {
            stride /= level.Slots;
            string? variable = Variable(level, scope);
            bool carried = buffer.CarriedStack is { Op: Loop loop } && level == buffer.Stack[buffer.Stack.Count - 1] && loop.List.Equals(level.List);
            if (carried)
            {
                role = Role(value, buffer.CarriedStack!);
                switch (role)
                {
                    case "initial": break;
                    case "result": origin += stride * (level.Slots - 1); break;
                    case "start": terms.Add(Times(variable!, stride)); break;
                    default: terms.Add(Times($"({variable} + 1)", stride)); break;
                }
            }
            else if (variable is null)
                break;
            else
                terms.Add(Times(variable, stride));
            span = stride;
        }
        terms.Insert(0, CodeWriter.Grouped(origin));
        return (string.Join(" + ", terms), span / value.ElementBytes, terms.Count > 1, role);
    }

    /// <summary>A parameter block: [instances, local experts, shape].</summary>
    public (string Offset, long Elements, bool NeedsLoop) Block(ParameterDeclaration parameter, long origin, Scope scope)
    {
        int experts = parameter.Experts == 0 ? 1 : parameter.Experts / plan.Mesh.Expert;
        long stride = 4 * parameter.Elements * experts * parameter.Instances, span = stride;
        var terms = new List<string> { CodeWriter.Grouped(origin) };
        var levels = parameter.Loops.Select(l => new StackLevel(l, l.Count)).ToList();
        if (parameter.Experts > 0)
            levels.Add(new(null, experts));
        foreach (var level in levels)
        {
            stride /= level.Slots;
            if (Variable(level, scope) is not { } variable)
                break;
            terms.Add(Times(variable, stride));
            span = stride;
        }
        return (string.Join(" + ", terms), span / 4, terms.Count > 1);
    }

    /// <summary>The running number of a module among all instances of a site: <c>block</c>, or <c>stage * 4 + block</c>.</summary>
    public string Instance(EquatableArray<RepeatedList> loops, Scope scope)
    {
        string index = "";
        foreach (var list in loops)
        {
            string variable = Variable(new(list, list.Count), scope) ?? "0";
            index = index.Length == 0 ? variable : $"({index}) * {list.Count} + {variable}";
        }
        return index.Length == 0 ? "0" : index;
    }

    static string Times(string variable, long stride) => $"{variable} * {CodeWriter.Grouped(stride)}L";

    /// <summary>Which slot of a carried stack a value stands for.</summary>
    string Role(Value value, Node loop)
    {
        var root = value;
        while (root.ViewOf is { } viewed)
            root = viewed;
        if (!root.Region!.IsInside(loop.Body!))
            return loop.Carried.Any(c => c.Result == root) ? "result" : "initial";
        return loop.Carried.Any(c => c.Start == root) ? "start" : "end";
    }

    public static string? Variable(StackLevel level, Scope scope)
    {
        for (var s = scope; s is not null; s = s.Parent)
            switch (s.Loop?.Op)
            {
                case Loop loop when level.List is not null && loop.List.Equals(level.List): return Naming.Identifier(loop.Variable);
                case ExpertLoop { Grouped: false } when level.List is null: return "expert";
            }
        return null;
    }
}
