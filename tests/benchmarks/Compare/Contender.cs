namespace Compare;

/// <summary>A command that prints a figure; each run is a fresh process.</summary>
internal sealed record Contender(string Name, IReadOnlyList<string> Command)
{
    /// <exception cref="Refusal">It cannot be started, fails, or prints no figure.</exception>
    public async Task<double> Measure(Figure figure, CancellationToken stop)
    {
        var (code, output) = await Processes.Run(Command, stop);
        string last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "nothing";
        if (code != 0)
            throw new Refusal($"{Name}: exit code {code} from `{string.Join(' ', Command)}`; its last line: {last}");
        return figure.Read(output) ?? throw new Refusal($"{Name}: need a line with '{figure.Printed}' from `{string.Join(' ', Command)}`, got: {last}");
    }
}
