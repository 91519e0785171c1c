using System.Globalization;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Link;

/// <summary>Evaluates the settings of an expert group, and holds them against each other as the runtime's constructor does.</summary>
public static class ReadRouter
{
    /// <summary>The settings of <paramref name="group"/>, which has <paramref name="count"/> experts.</summary>
    public static RouterSettings Of(ModuleInstance owner, ExpertGroupMember group, int count, int topK)
    {
        var router = new RouterSettings();
        foreach (var setting in group.Settings)
        {
            object value = Instantiator.Scalar(owner, setting.Value);
            router = setting.Name switch
            {
                "Score" => router with { Score = (ScoreKind)Whole(value) },
                "Renormalize" => router with { Renormalize = value is true },
                "GateScale" => router with { GateScale = Real(value) },
                "RouterGroups" => router with { Groups = Whole(value) },
                "KeptGroups" => router with { KeptGroups = Whole(value) },
                "BalanceScope" => router with { BalancesSequences = Whole(value) == 1, BalancesStep = Whole(value) == 2 },
                "Jitter" => router with { Jitter = Real(value) },
                "QuantileBalancing" => router with { QuantileBalancing = value is true },
                "SinkhornIterations" => router with { SinkhornIterations = Whole(value) },
                "CapacityFactor" => router with { CapacityFactor = Real(value) },
                "DropOrder" => router with { DropOrder = (DropKind)Whole(value) },
                "BiasRate" => router with { BiasRate = Real(value) },
                "BalanceLoss" => router with { BalanceLoss = Real(value) },
                "RouterZLoss" => router with { RouterZLoss = Real(value) },
                _ => router,
            };
            if (Mistake(router, setting.Name, value, count, topK) is { } mistake)
                throw Error(setting, mistake);
        }
        if (Conflict(router, count, topK) is ({ } name, { } conflict))
            throw Error(group.Settings.First(s => s.Name == name), conflict);
        return router;

        UserErrorException Error(Setting setting, string message) => new(new(Rules.RouterSetting, owner.Graph.Type, setting.Value.Site, $"'{owner.PathOf(group.Name)}': {message}") { Caller = owner.Holder });
    }

    /// <summary>A setting that does not go with another one, whichever comes first; null where all go together.</summary>
    static (string Name, string Message)? Conflict(RouterSettings router, int count, int topK)
    {
        if (router.KeptGroups > router.Groups)
            return ("KeptGroups", $"KeptGroups is {router.KeptGroups} of {router.Groups} groups; need 1 to RouterGroups = {router.Groups}");
        if (router.QuantileBalancing && topK == count)
            return ("QuantileBalancing", $"QuantileBalancing is on, but every token goes to all {count} experts, whose load is even; need topK below {count}");
        if (router.DropOrder != DropKind.Position && router.CapacityFactor == 0)
            return ("DropOrder", $"DropOrder is {router.DropOrder}, and nothing is dropped; set a CapacityFactor");
        if (!router.QuantileBalancing && router.SinkhornIterations == 0)
            return null;
        string balancing = router.QuantileBalancing ? "QuantileBalancing" : "SinkhornIterations";
        string? other = router.BiasRate > 0 ? "BiasRate" : router.BalanceLoss != 0 ? "BalanceLoss" : router.QuantileBalancing && router.SinkhornIterations > 0 ? "SinkhornIterations" : null;
        return other is not null ? (other, $"{balancing} and {other} both even out the load; take one of them")
            : router.Groups > 1 ? ("RouterGroups", $"{balancing} is for a choice among all experts, but RouterGroups is {router.Groups}; take one of them")
            : null;
    }

    /// <summary>What is wrong with a setting, beside those before it; null when nothing is.</summary>
    static string? Mistake(RouterSettings router, string name, object value, int count, int topK) => name switch
    {
        "Score" when !Enum.IsDefined(typeof(ScoreKind), router.Score) => $"Score is {(int)router.Score}; need Softmax, Sigmoid or SqrtSoftplus",
        "GateScale" when !(router.GateScale > 0 && router.GateScale <= float.MaxValue) => $"GateScale is {Text(router.GateScale)}; need a finite number above 0",
        "RouterGroups" when router.Groups < 1 || count % router.Groups != 0 => $"RouterGroups is {router.Groups} for {count} experts; need a number that divides them",
        "KeptGroups" when router.KeptGroups < 1 => $"KeptGroups is {router.KeptGroups}; need at least 1",
        "RouterGroups" or "KeptGroups" when router is { Groups: > 1, KeptGroups: > 0 } && count / router.Groups * router.KeptGroups < topK =>
            $"KeptGroups is {router.KeptGroups} of {router.Groups} groups of {count / router.Groups} experts, but every token goes to topK = {topK} experts; need groups that hold at least as many",
        "BalanceScope" when Whole(value) is not (0 or 1 or 2) => $"BalanceScope is {Whole(value)}; need MicroBatch, Sequence or GlobalBatch",
        "SinkhornIterations" when router.SinkhornIterations is < 0 or > 1000 => $"SinkhornIterations is {router.SinkhornIterations}; need 0 to 1000",
        "CapacityFactor" when !(router.CapacityFactor >= 0 && router.CapacityFactor <= float.MaxValue) => $"CapacityFactor is {Text(router.CapacityFactor)}; need a finite number above 0, or 0 to drop nothing",
        "DropOrder" when !Enum.IsDefined(typeof(DropKind), router.DropOrder) => $"DropOrder is {(int)router.DropOrder}; need Position or Probability",
        "BiasRate" when !(router.BiasRate >= 0 && router.BiasRate <= float.MaxValue) => $"BiasRate is {Text(router.BiasRate)}; need a finite number of at least 0",
        "BalanceLoss" or "RouterZLoss" when Real(value) is var weight && !(weight >= 0 && weight <= float.MaxValue) =>
            $"{name} is {Text(weight)}, and training makes it small: a weight below 0 would drive tokens to few experts; need a finite number of at least 0",
        "Jitter" when !(router.Jitter >= 0 && router.Jitter < 1) => $"Jitter is {Text(router.Jitter)}; need 0 up to, but not, 1",
        _ => null,
    };

    static double Real(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    static int Whole(object value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);

    static string Text(double value) => ((float)value).ToString(CultureInfo.InvariantCulture);
}
