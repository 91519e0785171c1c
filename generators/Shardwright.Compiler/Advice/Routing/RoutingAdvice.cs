namespace Shardwright.Compiler.Advice.Routing;

/// <summary>Routing and experts: 5xxx.</summary>
public static class RoutingAdvice
{
    public static readonly IReadOnlyList<AdviceRule> Rules =
    [
        new NoBalancing(),
        new ReplicationUnderBreakEven(),
        new ExpertsStayHome(),
        new ExchangeAsBefore(),
    ];
}
