using System.Globalization;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Emit;

/// <summary>Prints the plan as the record that the runtime allocates from.</summary>
public static class PlanPrinter
{
    public static void Print(CodeWriter code, string model, string document, ModelPlan plan)
    {
        var train = plan.Program(ProgramKind.Train);
        code.Line("/// <summary>What the compiler decided: memory, parameters, inputs, experts.</summary>");
        code.Open("public static readonly ProgramPlan CompiledPlan = new()");
        code.Line($"Model = \"{model}\",");
        code.Line($"Data = {plan.Mesh.Data},");
        code.Line($"Expert = {plan.Mesh.Expert},");
        code.Line($"MicroBatches = {plan.MicroBatches},");
        code.Line($"Batch = {plan.Batch},");
        code.Line($"TokensPerSequence = {plan.Inputs[0].Shape.Skip(1).Aggregate(1, (p, s) => p * s)},");
        code.Line($"Clip = {(plan.Clip ? "true" : "false")},");
        code.Line($"PersistentBytes = {CodeWriter.Grouped(plan.PersistentBytes)},    // weights, gradients, AdamW's mean and variance");
        code.Line($"StaticBytes = {CodeWriter.Grouped(plan.StaticBytes)},    // with the workspace that Train, Evaluate and Infer overlay");
        if (plan.TemporaryBytes > 0)
            code.Line($"TemporaryBytes = {CodeWriter.Grouped(plan.TemporaryBytes)},    // of these, at the far end of memory: the routed stack may grow into them while they are dead");
        if (plan.StoresBFloat16)
            code.Line("StoresBFloat16 = true,    // 2 bytes an element on the device; the host holds them as float32");
        code.Line($"LiveLowerBoundBytes = {CodeWriter.Grouped(plan.MicroGradientBytes + train.LowerBoundBytes)},    // no plan can keep less beside the persistent bytes");
        code.Line($"OutputElements = {plan.Output.Elements.ToString(CultureInfo.InvariantCulture)},");
        code.Line($"Document = {document},");
        List(code, "Parameters", plan.Blocks.Select(Parameter));
        List(code, "Inputs", plan.Inputs.Select(i => $"new(\"{i.Name}\", {Flag(i.Element == ElementType.Int32)}, [{string.Join(", ", i.Shape)}], {Flag(i.IsSharded)}),"));
        List(code, "Experts", plan.Sites.Select(s => Site(plan, train, s)));
        List(code, "Buffers", Buffers(plan, train));
        code.Close("};");
    }

    static string Parameter(ParameterBlock block)
    {
        var p = block.Parameter;
        return $"new(\"{p.Path}\", [{string.Join(", ", p.Shape)}], {p.Instances}, {p.Experts}, {Flag(p.Decay)}, {Flag(p.Frozen || p.IsState)}, "
            + $"{CodeWriter.Grouped(block.Weights)}, {CodeWriter.Grouped(block.Gradients)}, {CodeWriter.Grouped(block.Means)}, {CodeWriter.Grouped(block.Variances)}),";
    }

    static string Site(ModelPlan plan, PlannedProgram train, Ops.Routing.ExpertSite site)
    {
        var frame = train.Frame(site);
        int working = Math.Max(Math.Max(frame.ForwardBytes, frame.BackwardBytes), frame.SavedBytes) - frame.SavedBytes;
        var at = frame.Temporaries;
        // Sites of the same list run layer by layer in turn.
        int loop = site.Loops.Count == 0 ? -1 : plan.Sites.Select(s => s.Loops).Distinct().ToList().IndexOf(site.Loops);
        return $"new(\"{site.Path}\", {site.Experts}, {site.TopK}, {site.Layers}, {StatementPrinter.Number(site.Router.BalanceLoss)}, {StatementPrinter.Number(site.Router.RouterZLoss)}, {frame.SavedBytes}, {working}) "
            + $"{{ {(site.BiasSlot >= 0 ? $"BiasSlot = {site.BiasSlot}, {(site.LoadSlot >= 0 ? $"LoadSlot = {site.LoadSlot}" : $"QuantileSlot = {site.QuantileSlot}")}, " : "")}{(ModelPrinter.Capacity(plan, site) is { } capacity ? $"Capacity = {capacity}, " : "")}{Placement(plan.PlacementOf(site))}Loop = {loop}, ForwardWorkingBytesPerRow = {frame.ForwardBytes - frame.SavedBytes}, BackwardWorkingBytesPerRow = {frame.BackwardBytes - frame.SavedBytes}, "
            + $"ArrivingBytesPerRow = {frame.ArrivingBytes - frame.SavedBytes}, LeavingBytesPerRow = {frame.LeavingBytes - frame.SavedBytes}, "
            + $"Temporaries = new({string.Join(", ", new[] { at.Forward, at.Kept, at.Arriving, at.Backward, at.Leaving, at.Closed }.Select(CodeWriter.Grouped))}) }},";
    }

    static string Placement(Ops.Routing.ReplicaPlacement? placement) => placement is null ? "" : $"{(placement.Kind == "Exact" ? "IsExact = true, " : "")}Slots = {placement.Slots}, ";

    static IEnumerable<string> Buffers(ModelPlan plan, PlannedProgram train)
    {
        foreach (var block in plan.Blocks)
        {
            yield return Buffer(block.Parameter.Path, block.Weights, block.LocalBytes, "weights");
            if (!block.IsTrained)
                continue;
            yield return Buffer(block.Parameter.Path, block.Gradients, block.LocalBytes, "gradients");
            yield return Buffer(block.Parameter.Path, block.Means, block.LocalBytes, "optimizer");
            yield return Buffer(block.Parameter.Path, block.Variances, block.LocalBytes, "optimizer");
        }
        if (plan.MicroGradientBytes > 0)
            yield return Buffer("gradients of one micro-batch", plan.MicroGradientOffset, plan.MicroGradientBytes, "gradients");
        foreach (var buffer in train.Workspace.OrderByDescending(b => b.Bytes).Take(48))
            yield return Buffer(buffer.Name, plan.WorkspaceOffset + buffer.Offset, buffer.Bytes, buffer.Stack.Count > 0 ? "saved" : "activations");
    }

    static string Buffer(string name, long offset, long bytes, string kind) => $"new(\"{name}\", {CodeWriter.Grouped(offset)}, {CodeWriter.Grouped(bytes)}, \"{kind}\"),";

    static void List(CodeWriter code, string property, IEnumerable<string> items)
    {
        code.Line($"{property} =");
        code.Bracket();
        code.Lines(items);
        code.Close("],");
    }

    static string Flag(bool value) => value ? "true" : "false";
}
