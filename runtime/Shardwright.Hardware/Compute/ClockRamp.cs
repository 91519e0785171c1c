namespace Shardwright.Hardware;

/// <summary>
/// The tensor engine's limit on current changes: AWS documents that it starts at about half of its rate, reaches all of it within about 3 µs, and falls back after such a time below half use
/// (neuron-explorer/overview-summary-page.rst). Linear between the two (assumed). Every op is charged its own ramp, as if the engine had rested before it: at most a quarter of the ramp's length too much.
/// </summary>
public static class ClockRamp
{
    /// <summary>Seconds of work that takes <paramref name="seconds"/> at full rate. Work done by time τ is τ/2 + τ²/(4R) inside the ramp R, and τ − R/4 behind it.</summary>
    public static double Seconds(double seconds, double ramp)
    {
        if (ramp <= 0 || seconds <= 0)
            return seconds;
        return seconds >= 0.75 * ramp ? seconds + 0.25 * ramp : ramp * (Math.Sqrt(1 + 4 * seconds / ramp) - 1);
    }
}
