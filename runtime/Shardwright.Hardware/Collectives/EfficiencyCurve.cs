namespace Shardwright.Hardware;

/// <summary>
/// An efficiency table at one number of units, as the bytes that full speed would move in the same time. Between the table's sizes, log(bytes ÷ share) is linear in log(bytes); where a row would make a larger message
/// faster, the time of the smaller one is kept. So time never falls as bytes grow. Below the first size and above the last, the share stays.
/// </summary>
public sealed class EfficiencyCurve
{
    private readonly double[] _logBytes;
    private readonly double[] _logAtFullSpeed;

    /// <summary>The curve of a table at a number of units, interpolated in log2(units) between the table's columns in the same way.</summary>
    /// <exception cref="ArgumentException">The table is empty, not ascending, not rectangular, or has a share outside (0, 1].</exception>
    public EfficiencyCurve(EfficiencyTable table, int units)
    {
        Check(table);
        int rows = table.Bytes.Count;
        _logBytes = new double[rows];
        _logAtFullSpeed = new double[rows];
        (int left, int right, double weight) = Between(table.Units, units);
        double[] previous = [double.NegativeInfinity, double.NegativeInfinity];
        for (int row = 0; row < rows; row++)
        {
            _logBytes[row] = Math.Log(table.Bytes[row]);
            // Each column is made non-falling by itself; a mean of non-falling curves with fixed weights does not fall.
            previous[0] = Math.Max(previous[0], _logBytes[row] - Math.Log(table.Share[row][left]));
            previous[1] = Math.Max(previous[1], _logBytes[row] - Math.Log(table.Share[row][right]));
            _logAtFullSpeed[row] = (1 - weight) * previous[0] + weight * previous[1];
        }
    }

    /// <summary>bytes ÷ share: how many bytes would take as long at full speed.</summary>
    public double AtFullSpeed(double bytes)
    {
        if (bytes <= 0)
            return 0;
        double log = Math.Log(bytes);
        int last = _logBytes.Length - 1;
        if (log <= _logBytes[0])
            return bytes * Math.Exp(_logAtFullSpeed[0] - _logBytes[0]);
        if (log >= _logBytes[last])
            return bytes * Math.Exp(_logAtFullSpeed[last] - _logBytes[last]);
        int right = 1;
        while (_logBytes[right] < log)
            right++;
        double from = _logAtFullSpeed[right - 1], to = _logAtFullSpeed[right];
        double weight = (log - _logBytes[right - 1]) / (_logBytes[right] - _logBytes[right - 1]);
        return Math.Exp(from + (to - from) * weight);
    }

    /// <summary>The share of full speed that a message of this size reaches.</summary>
    public double Share(double bytes) => bytes <= 0 ? Math.Exp(_logBytes[0] - _logAtFullSpeed[0]) : bytes / AtFullSpeed(bytes);

    private static (int Left, int Right, double Weight) Between(IReadOnlyList<int> units, int value)
    {
        if (value <= units[0])
            return (0, 0, 0);
        for (int i = 1; i < units.Count; i++)
        {
            if (value <= units[i])
                return (i - 1, i, Math.Log(value / (double)units[i - 1]) / Math.Log(units[i] / (double)units[i - 1]));
        }
        return (units.Count - 1, units.Count - 1, 0);
    }

    private static void Check(EfficiencyTable table)
    {
        if (table.Bytes.Count == 0 || table.Units.Count == 0)
            throw new ArgumentException("An efficiency table has at least one row of bytes and one column of units.", nameof(table));
        if (table.Share.Count != table.Bytes.Count || table.Share.Any(row => row.Count != table.Units.Count))
            throw new ArgumentException($"An efficiency table of {table.Bytes.Count} sizes and {table.Units.Count} numbers of units needs a row a size and a share a number of units.", nameof(table));
        if (table.Bytes[0] < 1 || table.Bytes.Zip(table.Bytes.Skip(1), (a, b) => a < b).Contains(false))
            throw new ArgumentException("The sizes of an efficiency table are positive and ascend.", nameof(table));
        if (table.Units[0] < 1 || table.Units.Zip(table.Units.Skip(1), (a, b) => a < b).Contains(false))
            throw new ArgumentException("The numbers of units of an efficiency table are positive and ascend.", nameof(table));
        if (table.Share.Any(row => row.Any(share => !(share > 0 && share <= 1))))
            throw new ArgumentException("The shares of an efficiency table lie above 0 and at most at 1.", nameof(table));
    }
}
