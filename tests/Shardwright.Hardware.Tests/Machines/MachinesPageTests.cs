using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Shardwright.Hardware.Tests;

/// <summary>docs/machines.md says what the code does.</summary>
public class MachinesPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Folder(), "../../../docs/machines.md"));

    [Fact]
    public void Page_Example_Reads()
    {
        string json = Regex.Match(Page, "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var machine = MachineFile.Read(json, "docs/machines.md");
        Assert.Equal("trn2.half", machine.Name);
        Assert.Equal(8, machine.ChipsPerInstance);
        Assert.Equal([2, 4], machine.Levels[1].Dimensions);
    }

    [Fact]
    public void Page_Table_HasEveryMachineWithItsRidgeAndRanks()
    {
        foreach (string name in MachineCatalog.Names)
        {
            string[] cells = [.. Page.Split('\n').Single(line => line.StartsWith($"| `{name}` | ", StringComparison.Ordinal) && line.Count(c => c == '|') == 12).Split('|').Select(cell => cell.Trim())];
            var machine = MachineCatalog.Get(name);
            Assert.Equal($"{machine.RanksPerInstance}", cells[3]);
            Assert.Equal($"{machine.Ridge(OperandFormat.BFloat16):0}", cells[7]);
            Assert.Equal(machine.DollarsPerInstanceHour?.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture) ?? "–", cells[10]);
            Assert.Equal(machine.IsCalibrated, cells[11] == "in part");
        }
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
