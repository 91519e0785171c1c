namespace Shardwright.Eager.Tests;

public sealed class RepeatedTests
{
    [Fact]
    public void Repeated_OfFour_MakesFourInOrder()
    {
        var made = 0;
        var modules = new Repeated<string>(4, () => $"module {made++}");
        Assert.Equal(4, modules.Count);
        Assert.Equal("module 2", modules[2]);
        Assert.Equal(["module 0", "module 1", "module 2", "module 3"], modules.ToList());

        var visited = new List<string>();
        foreach (var module in modules)
            visited.Add(module);
        Assert.Equal(modules.ToList(), visited);
    }

    [Fact]
    public void Repeated_None_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new Repeated<string>(0, () => ""));
}
