using Shardwright.Compiler.Advice;
namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class ScratchTests
{
    [Fact]
    public void Print()
    {
        using var w = new StreamWriter("/tmp/advice.txt");
        foreach (string block in File.ReadAllText("/tmp/scratch.txt").Split("=====", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = block.Trim().Split('\n');
            string title = lines[0], config = string.Join('\n', lines.Skip(1).TakeWhile(l => l != "---"));
            string kind = lines.SkipWhile(l => l != "---").Skip(1).First().Trim();
            string rest = string.Join('\n', lines.SkipWhile(l => l != "---").Skip(2));
            var a = kind.Split(' ');
            string source = a[0] == "sparse" ? MemoryModels.Sparse(rest.Trim(), N("batch", 8), N("context", 512), N("width", 512), N("hidden", 1024), N("experts", 8), N("topk", 2), N("layers", 2))
                : a[0] == "dense" ? MemoryModels.Dense(rest.Trim(), N("batch", 8), N("context", 512), N("width", 1024), N("layers", 4)) : rest;
            int N(string k, int d) => a.FirstOrDefault(x => x.StartsWith(k + "=", StringComparison.Ordinal)) is { } s ? int.Parse(s[(k.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture) : d;
            w.WriteLine("##### " + title);
            try
            {
                var watch = System.Diagnostics.Stopwatch.StartNew();
                var (plan, findings) = AdviceVerify.Compile(source, config);
                w.WriteLine($"peak {ModelStudy.PeakOf(plan)} static {plan.WorkspaceOffset} step {plan.Estimate!.Summary.Picoseconds / 1e6} us capacity {plan.Estimate.Machine.Rank.HbmBytes} {watch.ElapsedMilliseconds} ms");
                foreach (var f in findings)
                    w.WriteLine($"{f.Rule.Id} at {f.At} also {f.Also} fixes {string.Join("; ", f.Fixes.Select(x => x.Title))} saves {f.SavedPicoseconds / 1e6} us {f.SavedBytes} B\n    {f.Message}");
            }
            catch (Exception e) { w.WriteLine(e.Message.Length > 3000 ? e.Message[..3000] : e.Message); }
        }
    }
}
