using System.Text.Json;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>Routing that a program has recorded, as an item of its own project.</summary>
public sealed class RoutingTraceTests(Feed feed)
{
    private const string Recording = "routes.shwr", Plan = "obj/Debug/net10.0/shardwright/plan.json";

    [Fact]
    public void Recording_OfARun_IsForecastInTheNextBuild_AndAWrongOneIsAnError()
    {
        string program = Sources.Program.Replace("float first =", $"using var recorder = trainer.RecordRouting(\"{Recording}\");\nfloat first =", StringComparison.Ordinal);
        string Project(string item) => Sources.Project(properties: "<OutputType>Exe</OutputType>", rest: $"<ItemGroup>{item}</ItemGroup>");
        string with = Project($"<ShardwrightRoutingTrace Include=\"{Recording}\" />");
        var consumer = new Consumer(feed, "routed", ("Routed.csproj", with), ("Model.cs", Sources.Model), ("Program.cs", program));

        string missing = consumer.FailToBuild().OnlyError("SHW7004");
        Assert.Contains("ShardwrightRoutingTrace: ", missing, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(consumer.Folder, Recording), missing, StringComparison.Ordinal);
        Assert.Contains("cannot be read", missing, StringComparison.Ordinal);
        Assert.Contains("Need a file that Trainer.RecordRouting wrote", missing, StringComparison.Ordinal);

        consumer.Write("Routed.csproj", Project(""));
        Assert.DoesNotContain("\"routing\"", Built(consumer, out _), StringComparison.Ordinal);
        Assert.Contains("learned on 2 ranks", consumer.Dotnet("run", "--no-build").Output, StringComparison.Ordinal);

        consumer.Write("Routed.csproj", with);
        using (var report = JsonDocument.Parse(Built(consumer, out var built)))
        {
            Assert.Empty(built.Problems);
            Assert.Contains("Consuming.Small: routes.shwr in Experts: Placement.Static: max ÷ mean rows 1.", built.Output, StringComparison.Ordinal);
            var forecast = Assert.Single(report.RootElement.GetProperty("models")[0].GetProperty("routing").EnumerateArray());
            Assert.Equal((Recording, 21, 21, true), (forecast.GetProperty("recording").GetString(), forecast.GetProperty("steps").GetInt32(), forecast.GetProperty("samples").GetInt32(), forecast.GetProperty("isExact").GetBoolean()));
            Assert.InRange(forecast.GetProperty("placements")[0].GetProperty("meanImbalance").GetDouble(), 1, 2);
            Assert.Equal("Static", forecast.GetProperty("placements")[0].GetProperty("placement").GetString());
        }
        Assert.Empty(consumer.Build().OwnTasks);

        string whole = Path.Combine(consumer.Folder, Recording);
        byte[] bytes = File.ReadAllBytes(whole);
        File.WriteAllBytes(whole, bytes[..^1]);
        Assert.Contains($"{Recording}, byte {bytes.Length - 1}: the file ends after 21 whole records", consumer.FailToBuild().OnlyError("SHW7004"), StringComparison.Ordinal);
        File.WriteAllBytes(whole, bytes);

        consumer.Write("Model.cs", Sources.Model.Replace("new(Width, 4)", "new(Width, 8)", StringComparison.Ordinal).Replace("count: 4", "count: 8", StringComparison.Ordinal));
        Assert.Contains("has 4 experts, top-2, in 'Experts', Consuming.Small 8 experts, top-2, in 'Experts'; need a recording of a model with as many experts and the same k", consumer.FailToBuild().OnlyError("SHW7004"), StringComparison.Ordinal);

        // Without the item the report is as if there had been none.
        consumer.Write("Routed.csproj", Project(""));
        Assert.DoesNotContain("\"routing\"", Built(consumer, out _), StringComparison.Ordinal);
    }

    private static string Built(Consumer consumer, out BuildResult result)
    {
        result = consumer.Build("-tl:off");
        return consumer.Read(Plan);
    }
}
