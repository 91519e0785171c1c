using System.Text.Json;

namespace Shardwright.Hardware.Tests;

/// <summary>A row of a published table, read by the names of its columns.</summary>
public sealed class PublishedRow(IReadOnlyList<string> columns, JsonElement values)
{
    /// <summary>The rows of a table of validation.json, by its path.</summary>
    public static PublishedRow[] Of(params string[] path)
    {
        var table = PublishedData.Table(path);
        string[] columns = [.. table.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!)];
        return [.. table.GetProperty("rows").EnumerateArray().Select(row => new PublishedRow(columns, row))];
    }

    public double Number(string column) => this[column].GetDouble();

    public int Whole(string column) => this[column].GetInt32();

    public string Text(string column) => this[column].GetString()!;

    private JsonElement this[string column] => values[columns.ToList().IndexOf(column)];
}
