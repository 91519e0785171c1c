using Shardwright.Hardware.Reports;
using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests.Reports;

public sealed class CommunicationMatrixTests
{
    [Fact]
    public void Bytes_OfARing_GoToTheNextRank()
    {
        var matrix = Matrix(Reduce(0, 400_000_000, 0), new(4, 1));

        // Twice (n − 1)/n of the buffer.
        const long Sent = 600_000_000;
        Assert.Equal([[0, Sent, 0, 0], [0, 0, Sent, 0], [0, 0, 0, Sent], [Sent, 0, 0, 0]], matrix.Bytes);
        Assert.Equal(("rank", "rank 2"), (matrix.Unit, matrix.Names[2]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bytes_OfAnExchange_GoToTheOtherExpertPeersAlike(bool innermost)
    {
        var exchange = new TimedOp("exchange") { Index = 0, Site = 0, Collective = new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Variable, 1000), Reads = [0], Writes = [0] };

        var matrix = Matrix(exchange, new(8, 4, innermost));

        // 512 rows of 1,000 bytes a rank, a quarter of them to each of three others. Peers are four neighbours, or every second rank.
        for (int source = 0; source < 8; source++)
            for (int destination = 0; destination < 8; destination++)
                Assert.Equal(source != destination && (innermost ? source / 4 == destination / 4 : source % 2 == destination % 2) ? 128_000 : 0, matrix.Bytes[source][destination]);
        Assert.Equal(innermost ? ["rank 0", "rank 1", "rank 2"] : ["rank 0", "rank 4", "rank 1"], matrix.Names.Take(3));
    }

    [Theory]
    [InlineData("trn2.48xlarge", 64, 8, "rank", 64)]
    [InlineData("trn2.48xlarge", 256, 8, "chip", 64)]
    [InlineData("trn2.48xlarge", 1024, 4, "instance", 16)]
    [InlineData("trn2.48xlarge", 16_384, 8, "instances", 64)]
    [InlineData("dgx-h100", 96, 8, "instance", 12)]
    [InlineData("dgx-h100", 40, 4, "rank", 40)]
    public void Bytes_OfAnyMesh_AreAllThatRanksPutOnLinks(string machine, int data, int expert, string unit, int units)
    {
        foreach (var placement in MeshChoice.Placements(new(data, expert)))
        {
            var costs = new ProgramCosts(SmallPlan.Plan.Program, MachineCatalog.Get(machine), placement);

            var matrix = CommunicationMatrix.Of(costs, OpEstimate.All(costs));

            Assert.Equal(data * ProgramWalk.Balanced(costs).Work.LinkBytes, matrix.Bytes.Sum(row => row.Sum()));
            Assert.Equal((unit, units, units), (matrix.Unit, matrix.Names.Count, matrix.Bytes.Count));
            Assert.All(matrix.Bytes, row => Assert.All(row, bytes => Assert.True(bytes >= 0)));
            if (unit == "rank")
                Assert.All(Enumerable.Range(0, units), rank => Assert.Equal(0, matrix.Bytes[rank][rank]));
        }
    }

    [Fact]
    public void Bytes_OfARankAlone_AreNone()
    {
        var matrix = Matrix(Reduce(0, 4_000, 0), new(1, 1));

        Assert.Equal([[0L]], matrix.Bytes);
    }

    private static CommunicationMatrix Matrix(TimedOp op, MeshPlacement placement)
    {
        var costs = new ProgramCosts(new([op], [new("Experts", 8, 2, 1, 256)], 2), TestMachines.Plain(), placement);
        return CommunicationMatrix.Of(costs, OpEstimate.All(costs));
    }
}
