using System.Globalization;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Emit;

/// <content>Virtual time: statements between two collectives are charged together, a collective where it stands.</content>
public sealed partial class StatementPrinter
{
    int firstCharged = -1, lastCharged = -1;

    /// <summary>Adds a statement to those that the next charge covers.</summary>
    void Charge(Node node)
    {
        if (!Reports || plan.Step!.Of(node, chunk.Index) is not { } op || plan.Step.Program.Ops[op].Collective is not null)
            return;
        firstCharged = firstCharged < 0 ? op : firstCharged;
        lastCharged = op;
    }

    /// <summary>Takes the statements since the last charge; null when there are none or they cost nothing.</summary>
    string? TakeCharge()
    {
        int first = firstCharged, last = lastCharged;
        (firstCharged, lastCharged) = (-1, -1);
        return first < 0 || Cost(plan, first, last).Time == 0 ? null : ChargeLine(plan, first, last);
    }

    void FlushCharge()
    {
        if (TakeCharge() is { } line)
            scope.Add(line);
    }

    /// <summary>The call that charges statements <paramref name="first"/> to <paramref name="last"/>, with their time on the target.</summary>
    public static string ChargeLine(ModelPlan plan, int first, int last)
    {
        var ops = plan.Step!.Program.Ops.Skip(first).Take(last - first + 1).ToList();
        string exchange = ops.FirstOrDefault(op => op.Work.IsRouted) is { } routed ? ", " + ExchangeName(plan, plan.Sites[routed.Site]) : "";
        var machine = plan.Estimate!.Machine;
        var (time, engine, busy) = Cost(plan, first, last);
        // Where no engine has much to do, the fixed time of the statements is what counts.
        string most = busy < time / 10 ? "most of it fixed" : $"{machine.EngineNames[(int)engine]} {Duration(busy)}";
        return $"Charge({first}, {last}{exchange});    // {Duration(time)} on {machine.Name}{(exchange.Length > 0 ? " at even load" : "")}, {most}";
    }

    /// <summary>The call that updates the parameters and charges its own three statements.</summary>
    public static string UpdateLine(ModelPlan plan)
    {
        int first = plan.Step!.Update;
        return $"UpdateParameters({first});    // {Duration(Cost(plan, first, first).Time + Cost(plan, first + 2, first + 2).Time)} on {plan.Estimate!.Machine.Name}, and one all-reduce of the squared norms";
    }

    /// <summary>The call before a collective: this rank is ready for it.</summary>
    /// <param name="node">The collective.</param>
    /// <param name="group">Whose member it is in the emitted code: a group of ranks, or an exchange, which knows how many rows there are.</param>
    /// <param name="chunk">The part of the experts.</param>
    void MeetLine(Node node, string group, int chunk)
    {
        FlushCharge();
        if (Reports && plan.Step!.Of(node, chunk) is { } op)
            scope.Add(MeetLine(plan, op, group));
    }

    public static string MeetLine(ModelPlan plan, int op, string with)
    {
        var cost = plan.Estimate!.Ops[op].Collective!.Value;
        return $"Meet({op}, {with});    // {Duration(cost.Picoseconds)} on {plan.Estimate.Machine.Name}{(cost.Picoseconds == 0 ? "" : ", " + cost.Algorithm)}";
    }

    /// <summary>Time of statements one after the other, and the engine that is busiest with them.</summary>
    static (long Time, Engine Engine, long Busy) Cost(ModelPlan plan, int first, int last)
    {
        long time = 0;
        long[] busy = new long[(int)Engine.Collective];
        for (int op = first; op <= last; op++)
        {
            var estimate = plan.Estimate!.Ops[op];
            time += estimate.Picoseconds;
            for (int engine = 0; engine < busy.Length; engine++)
                busy[engine] += estimate.Times[(Engine)engine];
        }
        int slowest = Array.IndexOf(busy, busy.Max());
        return (time, (Engine)slowest, busy[slowest]);
    }

    /// <summary>A time as people read it: <c>41.2 µs</c>.</summary>
    public static string Duration(long picoseconds) => picoseconds >= 1_000_000_000 ? Number(picoseconds / 1e9, "ms") : picoseconds >= 1_000_000 ? Number(picoseconds / 1e6, "µs") : Number(picoseconds / 1e3, "ns");

    static string Number(double value, string unit) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.##", CultureInfo.InvariantCulture) + " " + unit;
}
