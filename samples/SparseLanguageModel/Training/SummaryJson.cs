using System.Text.Json;

namespace SparseLanguage.Training;

/// <summary>The run's figures as a JSON file.</summary>
public static class SummaryJson
{
    /// <summary>Throws what creating <paramref name="path"/> at the end of the run would throw, so that a bad path costs no training.</summary>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static void RequireWritable(string path)
    {
        if (Directory.Exists(path))
            throw new IOException("is a folder, need a file name");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new IOException($"no such folder: {folder}");
        var temporary = Temporary(path);
        File.Create(temporary).Dispose();
        File.Delete(temporary);
    }

    /// <summary>Writes beside the target and renames, so that a reader sees the old file or the whole new one.</summary>
    public static void Write(string path, TrainingSummary summary)
    {
        var temporary = Temporary(path);
        try
        {
            using (var stream = File.Create(temporary))
                Write(stream, summary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Floats have the digits that read back as the same bits; a number JSON has no word for (NaN, infinity) is null.</summary>
    public static void Write(Stream stream, TrainingSummary summary)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("steps", summary.Steps);
        json.WriteNumber("seed", summary.Seed);
        json.WriteNumber("ranks", summary.Ranks);
        json.WriteStartArray("losses");
        foreach (var loss in summary.Losses)
            Number(loss);
        json.WriteEndArray();
        json.WritePropertyName("validationLossBefore");
        Number(summary.ValidationLossBefore);
        json.WritePropertyName("validationLossAfter");
        Number(summary.ValidationLossAfter);
        json.WriteNumber("trigramLoss", summary.TrigramLoss);
        json.WriteNumber("tokensPerSecond", summary.TokensPerSecond);
        json.WriteNumber("plannedPeakBytesPerRank", summary.PlannedPeakBytesPerRank);
        json.WriteNumber("liveLowerBoundBytesPerRank", summary.LiveLowerBoundBytesPerRank);
        json.WriteNumber("allocatedBytesPerStep", summary.AllocatedBytesPerStep);
        json.WriteStartObject("bytesByCollective");
        foreach (var (collective, bytes) in summary.BytesByCollective)
            json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(collective.ToString()), bytes);
        json.WriteEndObject();
        json.WriteEndObject();

        void Number(float? value)
        {
            if (value is { } number && float.IsFinite(number))
                json.WriteNumberValue(number);
            else
                json.WriteNullValue();
        }
    }

    private static string Temporary(string path) => $"{Path.GetFullPath(path)}.{Environment.ProcessId}.tmp";
}
