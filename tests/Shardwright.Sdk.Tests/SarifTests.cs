using System.Text.Json;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>What code scanning reads of a build: <c>ErrorLog</c>, in SARIF 2.1.</summary>
public sealed class SarifTests(SarifTests.Log log) : IClassFixture<SarifTests.Log>
{
    private const string Adding = """
        using System.Numerics.Tensors;
        using Shardwright;

        [Model]
        public sealed partial class Adding
        {
            public Tensor<float> Forward([Shape("4", "8"), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                x += x;
                return x;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    // Two weights of 2³⁰ elements with gradients and moments: 32 GiB of the 24 that a rank of trn2 has.
    private const string Wide = """
        using System.Numerics.Tensors;
        using Shardwright;

        [Model, Mesh(Data = 8)]
        public sealed partial class Wide
        {
            public const int Batch = 8, Context = 512, Width = 16384;
            public Parameter Up { get; } = new(Width, 4 * Width);
            public Parameter Down { get; } = new(4 * Width, Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => x + Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public void Error_HasItsFileAndLine()
    {
        var result = log.Only("SHW1004");
        Assert.Equal("error", result.GetProperty("level").GetString());
        Assert.Equal(("Adding.cs", LineOf(Adding, "x += x")), Place(result.GetProperty("locations")[0]));
    }

    [Fact]
    public void Advice_HasItsFileAndLineAndTheSeverityOfTheEditorConfig()
    {
        var result = log.Only("SHW3011");
        Assert.Equal("warning", result.GetProperty("level").GetString());
        Assert.Equal(("Wide.cs", LineOf(Wide, "class Wide")), Place(result.GetProperty("locations")[0]));
    }

    [Fact]
    public void MemoryError_HasTheOtherHoldersAndTheMeshAsRelatedLocations()
    {
        var result = log.Only("SHW3003");
        Assert.Equal(("Wide.cs", LineOf(Wide, "Parameter Down")), Place(result.GetProperty("locations")[0]));
        Assert.Equal([("Wide.cs", LineOf(Wide, "[Model")), ("Wide.cs", LineOf(Wide, "Parameter Up")), ("Wide.cs", LineOf(Wide, "Forward("))], result.GetProperty("relatedLocations").EnumerateArray().Select(Place).Order());
    }

    [Fact]
    public void EveryRule_NamesItsPage()
    {
        var rules = log.Rules.Where(r => Id(r).StartsWith("SHW", StringComparison.Ordinal) && !Id(r).StartsWith("SHWSPR", StringComparison.Ordinal)).ToList();
        Assert.Contains(rules, r => Id(r) == "SHW1004");
        Assert.Contains(rules, r => Id(r) == "SHW3011");
        Assert.All(rules, rule =>
        {
            Assert.Equal("https://shardwright.dev/rules/" + Id(rule), rule.GetProperty("helpUri").GetString());
            Assert.True(File.Exists(Path.Combine(Settings.Repository, "analyzers", "rules", Id(rule) + ".md")), Id(rule));
        });
    }

    [Fact]
    public void Analyzers_NeverFail() => Assert.DoesNotContain(log.Results, r => r.GetProperty("ruleId").GetString() is "AD0001" or "CS8785" or "SHW0002");

    private static int LineOf(string text, string part) => text[..text.IndexOf(part, StringComparison.Ordinal)].Count(c => c == '\n') + 1;

    private static (string File, int Line) Place(JsonElement location)
    {
        var place = location.GetProperty("physicalLocation");
        return (Path.GetFileName(new Uri(place.GetProperty("artifactLocation").GetProperty("uri").GetString()!).LocalPath), place.GetProperty("region").GetProperty("startLine").GetInt32());
    }

    private static string Id(JsonElement rule) => rule.GetProperty("id").GetString()!;

    /// <summary>The log of one build.</summary>
    public sealed class Log
    {
        private readonly JsonElement run;

        public Log(Feed feed)
        {
            var consumer = new Consumer(feed, "sarif", ("Scanned.csproj", Sources.Project()), ("Adding.cs", Adding), ("Wide.cs", Wide),
                (".editorconfig", "root = true\n[*.cs]\ndotnet_diagnostic.SHW3011.severity = warning\n"));
            // A comma would begin another property.
            consumer.FailToBuild("-p:ErrorLog=log.sarif%2Cversion=2.1");
            var document = JsonDocument.Parse(consumer.Read("log.sarif")).RootElement;
            Assert.Equal("2.1.0", document.GetProperty("version").GetString());
            run = Assert.Single(document.GetProperty("runs").EnumerateArray());
        }

        internal IEnumerable<JsonElement> Results => run.GetProperty("results").EnumerateArray();

        internal IEnumerable<JsonElement> Rules => run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray();

        internal JsonElement Only(string rule) => Assert.Single(Results, r => r.GetProperty("ruleId").GetString() == rule);
    }
}
