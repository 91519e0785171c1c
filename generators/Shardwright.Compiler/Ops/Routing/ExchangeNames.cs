namespace Shardwright.Compiler.Ops.Routing;

/// <summary>How a program calls the exchange of an expert group.</summary>
public static class ExchangeNames
{
    public static string Of(IReadOnlyList<ExpertSite> sites, ExpertSite site)
    {
        string path = Plain(site), name = string.Concat(path.Split('.').Select((part, i) => i == 0 ? Naming.Camel(part) : part));
        if (sites.Count(s => Plain(s) == path) > 1)
            name += site.Index;
        return Naming.Unused(name, Naming.Emitted);
    }

    static string Plain(ExpertSite site) => site.Path.Replace("[*]", "");
}
