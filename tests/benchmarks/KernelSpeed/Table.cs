using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelSpeed;

/// <summary>Every kernel against its limit and, for products, against OpenBLAS: one thread, short windows of each in turn, the best of each.</summary>
internal sealed class Table
{
    // Short windows find the limit at its best, so on a disturbed machine a kernel whose single call is longer looks worse than it is, never better.
    private const int LeastRounds = 60;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(0.8), CaseTime = TimeSpan.FromSeconds(1), LongestCaseTime = TimeSpan.FromSeconds(4);

    private readonly TextWriter output;
    private readonly OpenBlas? blas;
    private readonly string? missing;

    public Table(TextWriter output)
    {
        this.output = output;
        blas = OpenBlas.Load(out missing);
    }

    /// <summary>Prints the rows whose op or shape contains the filter; false when there are none.</summary>
    public bool Print(string filter)
    {
        (string Heading, KernelCase[] Cases)[] families =
        [
            ("Matrix products", Matching([.. ProductCases.All(), .. GroupedProductCases.All()])),
            ("Attention", Matching(AttentionCases.All())),
            ("Everything else", Matching([.. RowCases.All(), .. RoutingCases.All(), .. UpdateCases.All()])),
        ];
        if (families.All(family => family.Cases.Length == 0))
            return false;
        output.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, vectors of {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits, one thread");
        output.WriteLine(blas?.Description ?? missing);
        foreach (var (heading, cases) in families)
        {
            if (cases.Length == 0)
                continue;
            bool products = cases[0].Compared;
            output.WriteLine($"\n{heading}\n");
            output.WriteLine("| op | shape | µs | figure | limit | % |" + (products ? " OpenBLAS | ÷ OpenBLAS |" : ""));
            output.WriteLine("|---|---|---|---|---|---|" + (products ? "---|---|" : ""));
            foreach (var kernelCase in cases)
                output.WriteLine(Row(kernelCase));
        }
        return true;

        KernelCase[] Matching(IEnumerable<KernelCase> cases) => [.. cases.Where(kernelCase => kernelCase.ToString().Contains(filter, StringComparison.OrdinalIgnoreCase))];
    }

    private string Row(KernelCase kernelCase)
    {
        using var buffers = new Buffers();
        var work = kernelCase.Work;
        var calls = kernelCase.Prepare(buffers);
        using var streams = work.Elements > 0 ? new Streams(work.Reads, work.Writes, work.Elements, work.InPlace, work.Table) : null;
        var contenders = new List<Action> { calls.Kernel };
        int fma = Add(work.Flops > 0 ? FmaPeak.Burst : null), exp = Add(work.Exponentials > 0 ? ExpPeak.Exponentials : null), sigmoid = Add(work.Sigmoids > 0 ? ExpPeak.Sigmoids : null);
        int memory = Add(streams is null ? null : streams.Pass), peer = Add(blas is not null && calls.OpenBlas is { } product ? () => product(blas) : null);
        var best = Best(contenders);

        double Seconds(int contender, double bursts) => contender < 0 ? 0 : bursts * best[contender];
        double arithmetic = Seconds(fma, work.Flops / FmaPeak.FlopsEach) + Seconds(exp, work.Exponentials / ExpPeak.ElementsEach) + Seconds(sigmoid, work.Sigmoids / ExpPeak.ElementsEach);
        double limit = Math.Max(arithmetic, Seconds(memory, 1));
        var (amount, unit) = work.Flops > 0 ? (work.Flops, "GFLOP/s")
            : limit > arithmetic ? (work.Bytes, "GB/s")
            : work.Sigmoids > 0 ? (work.Sigmoids, "G sigmoid/s") : (work.Exponentials, "G exp/s");
        string comparison = peer >= 0 ? string.Create(CultureInfo.InvariantCulture, $" {amount / best[peer] * 1e-9:F1} | {best[peer] / best[0]:F2} |") : kernelCase.Compared ? " | |" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"| {kernelCase.Op} | {kernelCase.Shape} | {best[0] * 1e6:F1} | {amount / best[0] * 1e-9:F1} {unit} | {amount / limit * 1e-9:F1} | {limit / best[0] * 100:F0} % |{comparison}");

        int Add(Action? action)
        {
            if (action is null)
                return -1;
            contenders.Add(action);
            return contenders.Count - 1;
        }
    }

    // Seconds of one call of each.
    private static double[] Best(IReadOnlyList<Action> contenders)
    {
        // A few calls first, to have everything compiled.
        var repeats = new int[contenders.Count];
        for (int call = 0; call < 3; call++)
        {
            for (int i = 0; i < repeats.Length; i++)
                repeats[i] = (int)Math.Clamp(Window / Time(contenders[i], 1), 1, 10_000);
        }
        var best = new double[contenders.Count];
        Array.Fill(best, double.MaxValue);
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; Stopwatch.GetElapsedTime(start) < (round < LeastRounds ? LongestCaseTime : CaseTime); round++)
        {
            for (int i = 0; i < best.Length; i++)
                best[i] = Math.Min(best[i], Time(contenders[i], repeats[i]).TotalSeconds / repeats[i]);
        }
        return best;
    }

    private static TimeSpan Time(Action action, int repeats)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
            action();
        return Stopwatch.GetElapsedTime(start);
    }
}
