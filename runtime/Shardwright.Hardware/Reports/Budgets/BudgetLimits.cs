using System.Globalization;

namespace Shardwright.Hardware.Reports;

/// <summary>What a step may take at most, as a build file says; null where nothing is asked.</summary>
/// <param name="HbmPercent">Peak of a rank's device memory, per cent of what it has.</param>
/// <param name="StepMilliseconds">Time of a step.</param>
/// <param name="ExposedPercent">Time in which communication is awaited and nothing computed, per cent of a step.</param>
/// <param name="JoulesPerToken">Energy of all chips for a token.</param>
public sealed record BudgetLimits(double? HbmPercent, double? StepMilliseconds, double? ExposedPercent, double? JoulesPerToken)
{
    /// <summary>Name of the property with the share of device memory.</summary>
    public const string HbmSetting = "ShardwrightMaxHbmPercent";

    /// <summary>Name of the property with the step's time.</summary>
    public const string StepSetting = "ShardwrightMaxStepMilliseconds";

    /// <summary>Name of the property with the share of exposed communication.</summary>
    public const string ExposedSetting = "ShardwrightMaxExposedCommunicationPercent";

    /// <summary>Name of the property with the energy of a token.</summary>
    public const string JoulesSetting = "ShardwrightMaxJoulesPerToken";

    /// <summary>Reads the settings; an empty one asks nothing.</summary>
    /// <exception cref="BudgetException">A value is no number, or one that cannot be a limit.</exception>
    public static BudgetLimits Parse(string? hbm, string? step, string? exposed, string? joules) => new(
        Number(HbmSetting, hbm, value => value is > 0 and <= 100, "above 0 and at most 100, per cent of a rank's device memory, such as 90"),
        Number(StepSetting, step, value => value > 0, "of milliseconds above 0, such as 12.5"),
        Number(ExposedSetting, exposed, value => value is >= 0 and <= 100, "from 0 to 100, per cent of a step's time, such as 20"),
        Number(JoulesSetting, joules, value => value > 0, "of joules above 0, such as 0.05"));

    private static double? Number(string setting, string? text, Func<double, bool> isLimit, string need)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return double.TryParse(text!.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number) && !double.IsInfinity(number) && isLimit(number)
            ? number : throw new BudgetException(setting, $"got '{text.Trim()}'; need a number {need}");
    }
}

/// <summary>A budget that cannot be read.</summary>
/// <param name="setting">Name of the property.</param>
/// <param name="message">What was found and what is needed.</param>
public sealed class BudgetException(string setting, string message) : Exception(message)
{
    /// <summary>Name of the property.</summary>
    public string Setting { get; } = setting;
}
