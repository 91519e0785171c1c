namespace Shardwright.Compiler.Modules;

/// <summary>Finds members by the paths that programs know them under: <c>Blocks[*].Experts</c>.</summary>
public static class MemberPaths
{
    /// <summary>The member and the class that declares it; null when the path leads nowhere.</summary>
    public static (ModuleGraph Owner, Member Member)? Find(LinkedModel linked, string path)
    {
        ModuleGraph? owner = linked.Model;
        Member? member = null;
        foreach (string part in path.Replace("[*]", "").Split('.'))
        {
            if (member is not null)
                owner = linked.Modules.FirstOrDefault(m => m.Type == member.HeldType);
            member = owner?.Members.FirstOrDefault(m => m.Name == part);
            if (member is null)
                return null;
        }
        return (owner!, member!);
    }

    /// <summary>What a member passes to the constructor of its module.</summary>
    public static EquatableArray<Argument> ArgumentsOf(Member member) => member switch
    {
        ModuleMember module => module.Arguments,
        RepeatedMember repeated => repeated.Arguments,
        ExpertGroupMember group => group.Arguments,
        _ => default,
    };
}
