using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>Where a dimension of a parameter gets its number: the literal (or the name of a constant) behind the constructor arguments that hand it on.</summary>
internal static class DeclaredSize
{
    /// <summary>The place of the number; null where it is computed from others.</summary>
    public static Cause? Of(LinkedModel linked, ParameterDeclaration parameter, int dimension)
    {
        // The members on the way down, each with the class that declares it; the last one is the parameter.
        var path = new List<(ModuleGraph Owner, Member Member)>();
        string type = linked.Type;
        foreach (string name in parameter.Path.Split('.').Select(part => part.Replace("[*]", "")))
        {
            var owner = linked.Modules.First(m => m.Type == type);
            if (owner.Members.FirstOrDefault(m => m.Name == name) is not { } member)
                return null;
            path.Add((owner, member));
            type = member switch { ModuleMember m => m.Type, RepeatedMember r => r.Type, ExpertGroupMember e => e.Type, _ => type };
        }
        if (path[path.Count - 1].Member is not ParameterMember declared)
            return null;
        var expression = declared.Shape[dimension];
        for (int level = path.Count - 1; ; level--)
            switch (expression)
            {
                case Literal literal:
                    return new Cause(path[level].Owner.Type, literal.Site);
                case ConstructorArgument argument when level > 0 && Argument(path[level - 1].Member, argument.Name) is { } given:
                    expression = given;
                    break;
                default:
                    return null;
            }
    }

    /// <summary>The model with another number there; where that alone does not fit the rest, with every equal number changed. Null when neither compiles.</summary>
    public static Plan.ModelPlan? Change(ModelStudy study, Cause at, int from, int to) =>
        study.With(linked => Replace(linked, from, to, at)) ?? study.With(linked => Replace(linked, from, to, null));

    static LinkedModel Replace(LinkedModel linked, int from, int to, Cause? only) => linked with
    {
        Modules = linked.Modules.Select(module => module with
        {
            Constants = only is null ? module.Constants.Select(c => Equals(c.Value, from) ? c with { Value = to } : c).ToEquatable() : module.Constants,
            Members = module.Members.Select(member => Numbers.Map(member, literal => Equals(literal.Value, from) && (only is null || only == new Cause(module.Type, literal.Site)) ? literal with { Value = to } : literal)).ToEquatable(),
        }).ToEquatable(),
    };

    static Expression? Argument(Member member, string name) => (member switch
    {
        ModuleMember m => m.Arguments,
        RepeatedMember r => r.Arguments,
        ExpertGroupMember e => e.Arguments,
        _ => default,
    }).FirstOrDefault(a => a.Name == name)?.Value;
}
