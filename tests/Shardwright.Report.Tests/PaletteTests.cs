using System.Text.RegularExpressions;
using Shardwright.Tasks.Page;

namespace Shardwright.Report.Tests;

/// <summary>
/// Colours can be told from the page and from each other, also by people who do not see red, green or blue. Dichromacy: Machado, Oliveira, Fernandes 2009, severity 1, in linear RGB. Distance: Euclid in Oklab (Ottosson 2020),
/// times 100, where 2 is just noticeable. Contrast: WCAG 2.2, 1.4.3 (text, 4.5) and 1.4.11 (graphics, 3).
/// </summary>
public sealed class PaletteTests
{
    private static readonly double[][][] Visions =
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    [Theory, InlineData(":root {"), InlineData(":root[data-theme=\"dark\"] {")]
    public void Palette_AnyVision_ColoursAreTellable(string theme)
    {
        var colors = Colors(theme);
        string[] classes = [.. Enumerable.Range(0, 8).Select(i => colors[$"c{i}"])];

        Assert.All(classes, it => Assert.True(Contrast(it, colors["page"]) >= 3, $"{it} on {colors["page"]}"));
        foreach (string name in (string[])["text", "quiet", "link", "warn", "error"])
            Assert.True(Contrast(colors[name], colors["page"]) >= 4.5, name);
        Assert.True(Contrast(colors["warn"], colors["warn-page"]) >= 4.5);
        foreach (var vision in Visions)
            for (int i = 0; i < classes.Length; i++)
                for (int j = 0; j < i; j++)
                    Assert.True(Distance(classes[i], classes[j], vision) >= 8, $"{classes[i]} and {classes[j]}");
    }

    private static Dictionary<string, string> Colors(string theme)
    {
        string page = ReportPage.Render(Plans.Sample);
        int from = page.IndexOf(theme, StringComparison.Ordinal);
        return Regex.Matches(page[from..page.IndexOf('}', from)], "--([\\w-]+): (#[0-9a-f]{6})").ToDictionary(it => it.Groups[1].Value, it => it.Groups[2].Value, StringComparer.Ordinal);
    }

    private static double[] Linear(string color) => [.. Convert.FromHexString(color[1..]).Select(it => it / 255.0).Select(it => it <= 0.04045 ? it / 12.92 : Math.Pow((it + 0.055) / 1.055, 2.4))];

    private static double Luminance(string color) => Linear(color) is [var r, var g, var b] ? 0.2126 * r + 0.7152 * g + 0.0722 * b : 0;

    private static double Contrast(string a, string b) => (Math.Max(Luminance(a), Luminance(b)) + 0.05) / (Math.Min(Luminance(a), Luminance(b)) + 0.05);

    private static double Distance(string a, string b, double[][] vision) => 100 * Math.Sqrt(Lab(a, vision).Zip(Lab(b, vision), (x, y) => (x - y) * (x - y)).Sum());

    private static double[] Lab(string color, double[][] vision)
    {
        double[] rgb = Times(vision, Linear(color));
        double[] cones = Times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], [.. rgb.Select(it => Math.Clamp(it, 0, 1))]);
        return Times([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]], [.. cones.Select(Math.Cbrt)]);
    }

    private static double[] Times(double[][] matrix, double[] vector) => [.. matrix.Select(row => row.Zip(vector, (x, y) => x * y).Sum())];
}
