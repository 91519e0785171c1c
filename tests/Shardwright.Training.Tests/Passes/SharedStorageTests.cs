using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Passes;

/// <summary>What lives at the same time lies apart, in every program of every model on every mesh.</summary>
public sealed class SharedStorageTests
{
    public static TheoryData<string, int, int> Cases =>
        [.. from model in (string[])["Sample", "GroupedQuery", "TwoSizes"] from mesh in ((int, int)[])[(1, 1), (4, 2), (8, 8)] select new TheoryDataRow<string, int, int>(model, mesh.Item1, mesh.Item2)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Workspace_BuffersAliveTogether_AreApartAndInside(string model, int data, int expert)
    {
        foreach (var program in CapturedModel.Plan(TestResource.ModelSource(model), (data, expert)).Programs)
        {
            AssertApart(program.Workspace);
            Assert.All(program.Workspace, b => Assert.InRange(b.Offset + b.Bytes, 0, program.WorkspaceBytes));
            Assert.All(program.Workspace, b => Assert.Equal(0, b.Offset % 64));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frames_RoutedRowsAliveTogether_AreApart(string model, int data, int expert)
    {
        foreach (var program in CapturedModel.Plan(TestResource.ModelSource(model), (data, expert)).Programs)
        {
            var routed = program.Storage.Values.Distinct().Where(b => b.IsRouted && b.Offset >= 0).ToList();
            Assert.NotEmpty(routed);
            // Frames of different groups are different memory; a buffer belongs to the group of the loop or exchange that makes its first member.
            foreach (var group in routed.GroupBy(b => Site(b.Members[0])))
                AssertApart([.. group]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_IsAtLeastTheLivenessBound(string model, int data, int expert) =>
        Assert.All(CapturedModel.Plan(TestResource.ModelSource(model), (data, expert)).Programs, p => Assert.InRange(p.PeakBytes, p.LowerBoundBytes, long.MaxValue));

    private static string Site(Value value) => (value.Region!.Owner?.Op as Compiler.Ops.ExpertLoop)?.Site.Path ?? value.Producer!.Op switch
    {
        Compiler.Ops.Routing.Dispatch d => d.Site.Path,
        _ => "",
    };

    private static void AssertApart(IReadOnlyList<ArenaBuffer> buffers)
    {
        for (var i = 0; i < buffers.Count; i++)
            for (var j = 0; j < i; j++)
            {
                ArenaBuffer a = buffers[i], b = buffers[j];
                var together = a.First <= b.Last && b.First <= a.Last;
                var overlap = a.Offset < b.Offset + b.Bytes && b.Offset < a.Offset + a.Bytes;
                Assert.False(together && overlap, $"'{a.Name}' [{a.Offset}, {a.Offset + a.Bytes}) at {a.First}–{a.Last} and '{b.Name}' [{b.Offset}, {b.Offset + b.Bytes}) at {b.First}–{b.Last}");
            }
    }
}
