using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>Where a dimension of a parameter gets its number: the literal (or the name of a constant) behind the constructor arguments that hand it on.</summary>
internal static class DeclaredSize
{
    /// <summary>The place of the number; null where it is computed from others, or several pass different ones.</summary>
    public static Cause? Of(LinkedModel linked, ParameterDeclaration parameter, int dimension) =>
        MemberPaths.Find(linked, parameter.Path) is { Member: ParameterMember declared } found ? NumberPlaces.Of(linked, found.Owner.Type, declared.Shape[dimension]) : null;

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
}
