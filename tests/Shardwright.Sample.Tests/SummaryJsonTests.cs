using System.Text.Json;
using SparseLanguage.Training;

namespace Shardwright.Sample.Tests;

public sealed class SummaryJsonTests
{
    [Fact]
    public void Write_Losses_ReadBackAsTheSameBits()
    {
        float[] losses = [1f / 3, MathF.BitIncrement(1.25f), float.Epsilon, float.MaxValue, 5.545177f];

        using var report = Write(Summary(losses));

        Assert.Equal(losses, report.RootElement.GetProperty("losses").EnumerateArray().Select(loss => loss.GetSingle()));
    }

    [Fact]
    public void Write_DivergedOrUnmeasuredLoss_IsNull()
    {
        using var report = Write(Summary([float.NaN]) with { ValidationLossBefore = null, ValidationLossAfter = float.PositiveInfinity });

        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("losses")[0].ValueKind);
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("validationLossBefore").ValueKind);
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("validationLossAfter").ValueKind);
    }

    [Fact]
    public void Write_BytesByCollective_NamesEveryKind()
    {
        using var report = Write(Summary([]));

        Assert.Equal(
            [("allReduce", 0L), ("allGather", 1L), ("reduceScatter", 2L), ("allToAll", 3L), ("broadcast", 4L)],
            report.RootElement.GetProperty("bytesByCollective").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetInt64())));
    }

    [Fact]
    public void Write_ExistingFile_IsReplacedWhole()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("report.json", new string('x', 100_000));

        SummaryJson.Write(path, Summary([1f]));

        using var report = JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Root));
    }

    private static TrainingSummary Summary(float[] losses)
        => new(losses.Length, 1, 4, losses, 5.5f, 1.25f, 1.75, 1000, 2, 1, 0, Enum.GetValues<Collective>().ToDictionary(kind => kind, kind => (long)kind));

    private static JsonDocument Write(TrainingSummary summary)
    {
        using var stream = new MemoryStream();
        SummaryJson.Write(stream, summary);
        return JsonDocument.Parse(stream.ToArray());
    }
}
