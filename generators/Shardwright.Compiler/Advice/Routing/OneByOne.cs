using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Advice.Routing;

/// <summary>Experts of a rank that do not run as one group, and the statement that keeps them from it.</summary>
static class OneByOne
{
    /// <summary>The statement without a form for all experts of a rank at once; null where they run as one group.</summary>
    public static Node? Cause(ModelStudy study, ExpertSite site) => study.Train.Root.Walk().Where(n => n.Op is ExpertLoop { Grouped: false } loop && loop.Site.Index == site.Index)
        .SelectMany(loop => loop.Body!.Nodes).FirstOrDefault(n => !Passes.GroupExperts.CanGroup(n));

    public static string Because(Node cause) => cause.Precision.Stochastic ? "results are rounded stochastically" : $"'{cause.Outputs[0].Name}' has no form for all experts of a rank at once";
}
