using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Keeps every value where the plan says, one number for 4 bytes: who reads a value after its storage was given to another reads the other. What was never written is NaN.</summary>
internal sealed class ArenaStore(PlannedProgram program, Iterations iterations) : IStore
{
    private readonly double[] workspace = Empty(program.WorkspaceBytes / 4);
    private readonly Dictionary<(ExpertSite Site, int Layer), double[]> frames = [];
    private readonly IdentityStore elsewhere = new(iterations); // views of parameters and inputs have no storage of their own

    public void Write(Value value, DoubleTensor tensor)
    {
        if (program.Storage.TryGetValue(value, out var buffer))
            tensor.Data.CopyTo(Place(value, buffer));
        else
            elsewhere.Write(value, tensor);
    }

    public DoubleTensor Read(Value value)
    {
        if (!program.Storage.TryGetValue(value, out var buffer))
            return elsewhere.Read(value);
        var numbers = Place(value, buffer).ToArray();
        int[] shape = [.. value.Type.Shape];
        if (buffer.IsRouted)
            shape[0] = numbers.Length / Columns(value);
        return new(shape, numbers);
    }

    public IEnumerable<DoubleTensor> ReadAll(Value value)
    {
        var buffer = program.Storage[value];
        var size = (int)(buffer.SlotBytes / 4);
        return Enumerable.Range(0, (int)(buffer.Bytes / buffer.SlotBytes)).Select(slot => new DoubleTensor([.. value.Type.Shape], workspace.AsSpan((int)(buffer.Offset / 4) + (slot * size), size).ToArray()));
    }

    private Span<double> Place(Value value, ArenaBuffer buffer)
    {
        if (buffer.IsRouted)
            return Rows(value, buffer);
        var slot = 0;
        foreach (var level in buffer.Stack)
            slot = (slot * level.Slots) + (level == buffer.Stack[^1] && buffer.CarriedStack is { } loop ? CarriedSlot(value.Storage, loop, level.Slots) : level.List is null ? iterations.Expert : iterations[level.List]);
        return workspace.AsSpan((int)((buffer.Offset + (slot * buffer.SlotBytes)) / 4), DoubleTensor.Count(value.Type.Shape));
    }

    /// <summary>A carried value has a slot an iteration and one more: an iteration starts from its own and ends in the next one's.</summary>
    private int CarriedSlot(Value value, Node loop, int slots)
    {
        var iteration = ((Loop)loop.Op).List;
        return !value.Region!.IsInside(loop.Body!) ? loop.Carried.Any(c => c.Result == value) ? slots - 1 : 0
            : loop.Carried.Any(c => c.Start == value) ? iterations[iteration] : iterations[iteration] + 1;
    }

    /// <summary>All rows of the layer's frame, or the running expert's.</summary>
    private Span<double> Rows(Value value, ArenaBuffer buffer)
    {
        var site = Site(value);
        int rows = value.Type.Shape[0], columns = Columns(value);
        var frame = program.Frame(site);
        var key = (site, iterations.Instance(site.Loops));
        if (!frames.TryGetValue(key, out var memory))
            frames.Add(key, memory = Empty((long)rows * Math.Max(frame.ForwardBytes, frame.BackwardBytes) / 4));
        var all = memory.AsSpan((int)(buffer.Offset / 4) * rows, rows * columns);
        return iterations.Expert < 0 ? all : all[(iterations.Starts[iterations.Expert] * columns)..(iterations.Starts[iterations.Expert + 1] * columns)];
    }

    private static int Columns(Value value) => DoubleTensor.Count(value.Type.Shape.Skip(1));

    private static ExpertSite Site(Value value) => value.Region!.Owner?.Op is ExpertLoop loop ? loop.Site : ((Compiler.Ops.Routing.Dispatch)value.Producer!.Op).Site;

    private static double[] Empty(long length)
    {
        var memory = new double[length];
        Array.Fill(memory, double.NaN);
        return memory;
    }
}
