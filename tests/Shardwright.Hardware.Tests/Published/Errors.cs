namespace Shardwright.Hardware.Tests;

/// <summary>Predictions held against measurements: signed error of each row, mean of their magnitudes, in per cent.</summary>
public sealed class Errors(string title)
{
    private readonly List<(string Row, double Predicted, double Measured)> _rows = [];

    /// <summary>Rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Mean of |predicted ÷ measured − 1|, %.</summary>
    public double Mean => _rows.Average(row => Math.Abs(Percent(row)));

    /// <summary>Largest of |predicted ÷ measured − 1|, %.</summary>
    public double Worst => _rows.Max(row => Math.Abs(Percent(row)));

    /// <summary>Mean of predicted ÷ measured − 1, %.</summary>
    public double Signed => _rows.Average(Percent);

    public void Add(string row, double predicted, double measured) => _rows.Add((row, predicted, measured));

    /// <summary>Writes the summary, and every row of a small table.</summary>
    public void Print(ITestOutputHelper output, bool rows = true)
    {
        output.WriteLine($"{title}: {Count} rows, mean {Mean:F2} %, worst {Worst:F2} %, signed {Signed:+0.00;-0.00;0.00} %");
        if (!rows || Count > 24)
            return;
        foreach (var row in _rows)
            output.WriteLine($"    {row.Row,-52} predicted {row.Predicted,10:G5}  published {row.Measured,10:G5}  {Percent(row):+0.0;-0.0;0.0} %");
    }

    private static double Percent((string Row, double Predicted, double Measured) row) => 100 * (row.Predicted / row.Measured - 1);
}
