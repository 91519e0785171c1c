using System.Reflection;
using System.Text.Json.Nodes;
using LargeModel;
using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;
using SparseLanguage;

namespace Shardwright.Report.Tests;

/// <summary>The plans that the tests draw.</summary>
internal static class Plans
{
    /// <summary>The report of the small sample, which the compiler planned when the tests were built.</summary>
    public static string Sample { get; } = ReportOf<SparseLanguageModel>();

    /// <summary>The report of the model of 671 billion parameters.</summary>
    public static string LargeSample { get; } = ReportOf<LargeLanguageModel>();

    /// <summary>The sample's report with a hostile text in the place of every name.</summary>
    public static string Hostile { get; } = HostileNames.PutInto(Sample);

    /// <summary>Two models.</summary>
    public static string Two
    {
        get
        {
            var plan = JsonNode.Parse(Sample)!;
            var second = plan["models"]![0]!.DeepClone();
            second["model"] = "Other.SecondModel";
            second["summary"]!["stepPicoseconds"] = 2_000_000_000L;
            plan["models"]!.AsArray().Add(second);
            return plan.ToJsonString();
        }
    }

    private static string ReportOf<TModel>()
    {
        var plans = typeof(TModel).Assembly.GetCustomAttributes<CompiledPlanAttribute>().Select(plan => PlanReader.Read(plan.Json));
        return BuildReportJson.Of([BuildReport.Of(plans.Single(plan => plan.Model == typeof(TModel).FullName))], "Shardwright 0.1.0");
    }
}
