namespace Compare;

/// <summary>Finds an interpreter that has PyTorch.</summary>
internal static class Python
{
    // The first of the path may be a version of a developer's own, beside the system's with its packages.
    private static readonly string[] Usual = ["python3", "/usr/bin/python3"];

    /// <exception cref="Refusal">None has it.</exception>
    public static async Task<string> WithTorch(string? asked, CancellationToken stop)
    {
        string[] candidates = asked is null ? Usual : [asked];
        var reasons = new List<string>();
        foreach (string candidate in candidates)
        {
            try
            {
                var (code, output) = await Processes.Run([candidate, "-c", "import torch"], stop);
                if (code == 0)
                    return candidate;
                reasons.Add($"{candidate}: {output.TrimEnd().Split('\n')[^1]}");
            }
            catch (Refusal refusal)
            {
                reasons.Add(refusal.Message);
            }
        }
        throw new Refusal($"no Python with PyTorch ({string.Join("; ", reasons)}); install it (Debian: apt install python3-torch) or name one with --python PATH");
    }
}
