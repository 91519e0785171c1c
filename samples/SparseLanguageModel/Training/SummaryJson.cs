using System.Text.Json;

namespace SparseLanguage.Training;

/// <summary>The run's figures as a JSON file.</summary>
public static class SummaryJson
{
    /// <summary>Writes beside the target and renames, so that a reader sees the old file or the whole new one.</summary>
    public static void Write(string path, TrainingSummary summary)
    {
        var temporary = OutputFile.Temporary(path);
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
        if (summary.Emulated is { } step)
            Emulated(json, step);
        json.WriteEndObject();

        void Number(float? value)
        {
            if (value is { } number && float.IsFinite(number))
                json.WriteNumberValue(number);
            else
                json.WriteNullValue();
        }
    }

    private static void Emulated(Utf8JsonWriter json, EmulatedSummary step)
    {
        json.WriteStartObject("emulatedStep");
        json.WriteString("machine", step.Machine);
        json.WriteString("mesh", step.Mesh);
        json.WriteString("calibration", step.Calibration ?? "uncalibrated");
        json.WriteNumber("predictedMilliseconds", step.PredictedMilliseconds);
        json.WriteNumber("emulatedMilliseconds", step.EmulatedMilliseconds);
        json.WriteStartObject("engineMilliseconds");
        foreach (var (engine, milliseconds) in step.EngineMilliseconds)
            json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(engine.ToString()), milliseconds);
        json.WriteEndObject();
        json.WriteNumber("exposedMilliseconds", step.ExposedMilliseconds);
        json.WriteNumber("waitingMilliseconds", step.WaitingMilliseconds);
        json.WriteNumber("flops", step.Flops);
        json.WriteNumber("hbmBytes", step.HbmBytes);
        json.WriteNumber("linkBytes", step.LinkBytes);
        json.WriteNumber("mfu", step.Mfu);
        json.WriteNumber("joules", step.Joules);
        Optional("dollars", step.Dollars);
        Optional("tokensPerDollar", step.TokensPerDollar);
        Optional("tokensPerKilowattHour", step.TokensPerKilowattHour);
        json.WriteEndObject();

        void Optional(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
            else
                json.WriteNull(name);
        }
    }
}
