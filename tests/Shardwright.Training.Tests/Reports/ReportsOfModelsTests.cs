using System.Text.Json;
using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Hardware.Reports;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;
using CompiledPlan = Shardwright.Training.Tests.Harness.CompiledPlan;

namespace Shardwright.Training.Tests.Reports;

/// <summary>Build reports of compiled models: every sum is the plan's, the clock's or the runtime's.</summary>
public sealed class ReportsOfModelsTests
{
    [Theory]
    [InlineData("SparseLanguageModel", 1, 1)]
    [InlineData("SparseLanguageModel", 4, 4)]
    [InlineData("SparseLanguageModel", 8, 2)]
    [InlineData("Sample", 4, 4)]
    [InlineData("Sample", 8, 2)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("GroupedQuery", 4, 2)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 4, 4)]
    [InlineData("TwoSizes", 2, 1)]
    public void Of_ACompiledModel_AddsUpAndIsAsTheSchemaSays(string model, int data, int expert) => ReportCheck.Holds(CompiledPlan.Of(model, (data, expert)));

    [Fact]
    public void Operations_OfTheSample_HaveTheUsersNamesShapesAndLines()
    {
        var operations = BuildReport.Of(CompiledPlan.Document("SparseLanguageModel", (4, 4))).Operations;

        var query = operations.First(operation => operation.Op.Name == "queryProduct = Nn.MatMul");
        Assert.Equal(["queryProduct [8, 128, 256] · Data, fp32"], query.Op.Results);
        Assert.Equal(["h [8, 128, 256] · Data, fp32", "Blocks[*].Query [256, 256], fp32"], query.Op.Operands);
        Assert.Contains("Nn.Rope(Nn.MatMul(h, Query), heads)", query.Op.Place!.Text, StringComparison.Ordinal);
        Assert.Equal(["block × 4"], query.Loops);
        Assert.Contains("2·256·256·256 FLOP", query.Formula, StringComparison.Ordinal);
        var gate = operations.First(operation => operation.Op.Name == "gateProduct = Nn.MatMul");
        Assert.Equal(["received [rows, 256] · routed Expert, fp32", "Blocks[*].Experts[*].Gate [256, 512] · Expert, fp32"], gate.Op.Operands);
        Assert.Contains("2·512·256·512 FLOP of 2 experts", gate.Formula, StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_InBFloat16_SayWhatIsStoredSo()
    {
        string source = CompiledPlan.Source("Sample").Replace("[Model, ", "[Model, Precision(NumberFormat.BFloat16), ", StringComparison.Ordinal);
        var plan = (ProgramPlan)ModelAssembly.Compile(source, (4, 4)).Assembly.GetTypes().Single(type => type.IsSubclassOf(typeof(Trainer))).GetField("CompiledPlan")!.GetValue(null)!;

        var report = ReportCheck.Holds(plan);

        Assert.Contains(report.Operations, operation => operation.Op.Results.Any(result => result.EndsWith(", bf16", StringComparison.Ordinal)));
        Assert.Equal([OperandFormat.BFloat16], report.Roofline.ComputeRoofs.Select(roof => roof.Format).Where(format => format != OperandFormat.Float32));
    }

    /// <summary>Saved activations of a layer by hand: what <c>MemoryPlanTests</c> derives, and what the last layer hands to the head.</summary>
    [Fact]
    public void Memory_OfTheSampleAtItsPeak_KeepsWhatTheBackwardPassReads()
    {
        var report = BuildReport.Of(CompiledPlan.Document("SparseLanguageModel", (4, 4)));

        var peak = report.Memory.Points[report.Memory.PeakPoint];
        Assert.Equal("block 3", peak.Iteration);
        // 256 tokens a rank, 4 layers of 2588 columns, and per layer the world's counts [8, 8]; one more x, the blocks' result.
        Assert.Equal(4 * (4L * (256 * 2588 + 64)) + 4 * 256 * 256, peak.Bytes[(int)MemoryClass.SavedActivations]);
        // 1792 columns of 512 rows a layer.
        Assert.True(peak.Bytes[(int)MemoryClass.RoutedRows] >= 4L * 4 * 512 * 1792);
        Assert.Equal("Blocks[*].Experts[*].Down", report.Memory.AtPeak[0].Buffer.Name);
    }

    [Fact]
    public void Memory_OfReplicas_HasTheirSlotsAsAClass()
    {
        string source = CompiledPlan.Source("Sample").Replace("[Experts]", "[Experts(Placement = Placement.Adaptive, Slots = 2, LeastTokens = 1)]", StringComparison.Ordinal);
        var plan = (ProgramPlan)ModelAssembly.Compile(source, (4, 4)).Assembly.GetTypes().Single(type => type.IsSubclassOf(typeof(Trainer))).GetField("CompiledPlan")!.GetValue(null)!;

        var report = ReportCheck.Holds(plan);

        // In the backward pass, slots hold weights and gradients of two replicas.
        long expert = plan.Parameters.Where(parameter => parameter.Path.StartsWith(plan.Experts[0].Path + "[", StringComparison.Ordinal)).Sum(parameter => 4L * parameter.Elements);
        Assert.Equal(2 * 2 * expert, report.Memory.Points.Max(point => point.Bytes[(int)MemoryClass.ReplicaSlots]));
        Assert.All(BuildReport.Of(CompiledPlan.Document("Sample", (4, 4))).Memory.Points, point => Assert.Equal(0, point.Bytes[(int)MemoryClass.ReplicaSlots]));
    }

    [Fact]
    public void Example_InTheDocumentation_IsAsTheSchemaSaysAndHasTheMembersThatAreWritten()
    {
        string example = TestResource.Text("docs/plan.example.json"), written = BuildReportJson.Of([BuildReport.Of(CompiledPlan.Document("SparseLanguageModel", (4, 4)))], "Shardwright 0.1.0");

        Assert.Empty(PlanSchema.Problems(example));
        Assert.Equal(Members(written), Members(example));
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2")]
    [InlineData("\"bound\": \"DMA\"", "\"bound\": 3")]
    [InlineData("\"stepPicoseconds\": ", "\"stepSeconds\": ")]
    public void Schema_OfAWrongReport_SaysNo(string right, string wrong) => Assert.NotEmpty(PlanSchema.Problems(TestResource.Text("docs/plan.example.json").Replace(right, wrong, StringComparison.Ordinal)));

    private static IReadOnlyList<string> Members(string json)
    {
        var members = new SortedSet<string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        Visit(document.RootElement, "");
        return [.. members];

        void Visit(JsonElement element, string path)
        {
            if (element.ValueKind == JsonValueKind.Object)
                foreach (var member in element.EnumerateObject())
                {
                    members.Add($"{path}.{member.Name}");
                    Visit(member.Value, $"{path}.{member.Name}");
                }
            else if (element.ValueKind == JsonValueKind.Array)
                foreach (var item in element.EnumerateArray())
                    Visit(item, path + "[]");
        }
    }
}
