using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>Changes the numbers in members' initialisers.</summary>
internal static class Numbers
{
    public static Member Map(Member member, Func<Literal, Literal> change)
    {
        return member switch
        {
            ParameterMember p => p with { Shape = p.Shape.Select(Expression).ToEquatable() },
            StateMember s => s with { Shape = s.Shape.Select(Expression).ToEquatable() },
            ModuleMember m => m with { Arguments = Arguments(m.Arguments) },
            RepeatedMember r => r with { Arguments = Arguments(r.Arguments) },
            ExpertGroupMember e => e with { Arguments = Arguments(e.Arguments) },
            ScalarMember s => s with { Value = Expression(s.Value) },
            _ => member,
        };

        EquatableArray<Argument> Arguments(EquatableArray<Argument> arguments) => arguments.Select(a => a with { Value = Expression(a.Value) }).ToEquatable();

        Expression Expression(Expression expression) => expression switch
        {
            Literal literal => change(literal),
            Binary binary => binary with { Left = Expression(binary.Left), Right = Expression(binary.Right) },
            NumericCast cast => cast with { Operand = Expression(cast.Operand) },
            _ => expression,
        };
    }
}
