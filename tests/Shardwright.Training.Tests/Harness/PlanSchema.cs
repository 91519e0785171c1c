using System.Text.Json;
using Json.Schema;
using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests.Harness;

/// <summary>The published schema of build reports.</summary>
internal static class PlanSchema
{
    private static readonly JsonSchema schema = JsonSchema.FromText(TestResource.Text("docs/plan.schema.json"));

    /// <summary>What is wrong with a report; empty when it is as the schema says.</summary>
    public static IReadOnlyList<string> Problems(string json)
    {
        using var document = JsonDocument.Parse(json);
        var result = schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid ? [] : [.. (result.Details ?? []).Where(detail => detail.Errors is { Count: > 0 }).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Key}: {error.Value}")).DefaultIfEmpty("invalid").Take(10)];
    }
}
