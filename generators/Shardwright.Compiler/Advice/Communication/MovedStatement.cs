using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>A model with one statement of its source in another place.</summary>
internal static class MovedStatement
{
    /// <summary>
    /// The model with an assignment in front of the <c>foreach</c> that it stands in; null where it does not stand there itself (but in a method that the loop calls, or in an inner block), reads what the loop assigns, assigns what something
    /// else assigns or reads outside, or would get a name that the method declares twice.
    /// </summary>
    public static LinkedModel? OutOf(LinkedModel linked, SourceRef loop, SourceRef statement)
    {
        if (loop.Type != statement.Type || linked.Modules.FirstOrDefault(m => m.Type == loop.Type) is not { } module)
            return null;
        foreach (var method in module.Methods)
            if (Moved(method.Body, method) is { } body)
                return ModelStudy.WithModule(linked, module.Type, m => m with { Methods = m.Methods.Select(other => other == method ? other with { Body = body } : other).ToEquatable() });
        return null;

        EquatableArray<Modules.Statement>? Moved(EquatableArray<Modules.Statement> block, Method method)
        {
            for (int i = 0; i < block.Count; i++)
                if (block[i] is ForEach each && each.Site == loop.Expression && each.Body.OfType<Assignment>().FirstOrDefault(a => a.Site == statement.Statement) is { } assignment)
                    return IsFree(assignment, each, method) ? Replaced(block, i, assignment, each with { Body = each.Body.Where(s => s != assignment).ToEquatable() }) : null;
                else if (block[i] is ForEach outer && Moved(outer.Body, method) is { } inner)
                    return Replaced(block, i, outer with { Body = inner });
            return null;
        }
    }

    static bool IsFree(Assignment assignment, ForEach loop, Method method)
    {
        string spelling = Spelling(assignment.Local);
        var assigned = Locals.Assigned(method.Body).ToList();
        var within = new HashSet<string>(Locals.Assigned(loop.Body).Append(loop.Variable), StringComparer.Ordinal);
        return !Locals.Read(assignment.Value).Any(within.Contains)
            && assigned.Count(local => Spelling(local) == spelling) == 1 && method.Parameters.All(p => p.Name != spelling)
            && Locals.Read(loop.Body).Count(local => local == assignment.Local) == Locals.Read(method.Body).Count(local => local == assignment.Local);
    }

    /// <summary>Locals of one spelling are told apart by a suffix: <c>h</c>, <c>h#2</c>.</summary>
    static string Spelling(string local) => local.Split('#')[0];

    static EquatableArray<Modules.Statement> Replaced(EquatableArray<Modules.Statement> block, int index, params Modules.Statement[] by) => block.Take(index).Concat(by).Concat(block.Skip(index + 1)).ToEquatable();
}
