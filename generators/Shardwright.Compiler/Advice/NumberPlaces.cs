using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice;

/// <summary>Where a number of a module is written: behind its constructor arguments, at whoever passes it. What <see cref="EditKind.Number"/> needs.</summary>
public static class NumberPlaces
{
    /// <summary>The place of the expression that has the number's value; null where several pass different ones, or it has no place in source.</summary>
    /// <param name="linked">The model.</param>
    /// <param name="type">The class in which <paramref name="value"/> stands.</param>
    /// <param name="value">An expression that is a whole number when the model is compiled.</param>
    public static Cause? Of(LinkedModel linked, string type, Expression value) => Of(linked, type, value, linked.Modules.Count);

    static Cause? Of(LinkedModel linked, string type, Expression value, int depth) => value switch
    {
        Literal literal when literal.Value is int or long => new Cause(type, literal.Site),
        MemberAccess { Target: null } access when Find(linked, type)?.Members.OfType<ScalarMember>().FirstOrDefault(m => m.Name == access.Name) is { } member => Of(linked, type, member.Value, depth),
        ConstructorArgument argument when depth > 0 => Passed(linked, type, argument.Name) is { } passed ? Of(linked, passed.Type, passed.Value, depth - 1) : null,
        _ => null,
    };

    static (string Type, Expression Value)? Passed(LinkedModel linked, string type, string argument)
    {
        var passed = linked.Modules.SelectMany(m => m.Members.Where(member => member.HeldType == type), (m, member) => (m.Type, Value: MemberPaths.ArgumentsOf(member).FirstOrDefault(a => a.Name == argument)?.Value)).ToList();
        return passed.Count == 1 && passed[0].Value is { } value ? (passed[0].Type, value) : null;
    }

    static ModuleGraph? Find(LinkedModel linked, string type) => linked.Modules.FirstOrDefault(m => m.Type == type);
}
