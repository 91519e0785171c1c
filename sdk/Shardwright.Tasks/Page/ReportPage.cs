using System.Globalization;
using System.Net;
using System.Text;
using Shardwright.Hardware.Json;

namespace Shardwright.Tasks.Page;

/// <summary>The build report as one self-contained page.</summary>
public static class ReportPage
{
    /// <summary>The page's text.</summary>
    /// <param name="planJson">A report as <c>docs/plan.schema.json</c> says. Its strings are escaped so that it may stand in a script element.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static string Render(string planJson)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Shardwright build report</title>\n</head>\n<body>\n<h1>Shardwright build report</h1>\n");
        foreach (var model in JsonValue.Parse(planJson, "plan.json")["models"]!.Items)
        {
            var summary = model["summary"]!;
            page.Append(string.Format(CultureInfo.InvariantCulture, "<h2>{0}</h2>\n<p>Step {1:0.###} ms · MFU {2:0.#} % · peak HBM {3:0.##} of {4:0.##} MiB a rank</p>\n", WebUtility.HtmlEncode(model["model"]!.Text), summary["stepPicoseconds"]!.Number / 1e9,
                summary["mfuShare"]!.Number * 100, summary["peakBytes"]!.Number / (1 << 20), summary["capacityBytes"]!.Number / (1 << 20)));
        }
        return page.Append("<script type=\"application/json\" id=\"plan\">\n").Append(planJson).Append("</script>\n</body>\n</html>\n").ToString();
    }
}
