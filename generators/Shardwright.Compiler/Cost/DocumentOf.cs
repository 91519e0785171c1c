using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>The plan as it travels in the assembly.</summary>
public static class DocumentOf
{
    /// <summary>Joins a plan with the places of its statements and what the rules found in it.</summary>
    public static PlanDocument Plan(LinkedModel linked, ModelPlan plan, IReadOnlyList<Finding> findings, SourceComments sources) => Plan(linked, plan) with
    {
        Source = sources.Class(linked.Type, linked.Model.Options!.ClassName),
        Program = plan.Step!.With((node, op) => op with
        {
            Place = sources.Place(node.Source),
            Results = [.. node.Outputs.Select(value => ValueText.Of(value, plan.Mesh))],
            Operands = [.. node.Reads.Distinct().Select(value => ValueText.Of(value, plan.Mesh))],
        }),
        Buffers = BuffersOf.Plan(plan, sources),
        Findings = [.. findings.Select(finding => Written(finding, sources))],
    };



    /// <summary>A plan whose statements have no places: all that costs and memory need.</summary>
    public static PlanDocument Plan(LinkedModel linked, ModelPlan plan)
    {
        var estimate = plan.Estimate!;
        return new()
        {
            Model = linked.Type,
            Placement = estimate.Costs.Placement,
            Batch = plan.Batch,
            TokensPerSequence = plan.Inputs[0].Shape.Skip(1).Aggregate(1, (p, s) => p * s),
            MicroBatches = plan.MicroBatches,
            Target = estimate.Machine.Name,
            MachineText = linked.Options.Machines.FirstOrDefault(m => m.Name == linked.Options.Target)?.Text,
            PlannedPicoseconds = estimate.Clock.Now,
            Memory = Memory(plan),
            Program = plan.Step!.Program,
        };
    }

    static PlanFinding Written(Finding finding, SourceComments sources)
    {
        var severity = finding.Rule.Severity switch
        {
            RuleSeverity.Error => FindingSeverity.Error,
            RuleSeverity.Warning => FindingSeverity.Warning,
            _ => FindingSeverity.Info,
        };
        return new(finding.Rule.Id, severity, finding.Rule.Title, finding.Message, sources.PlaceOf(finding.At), finding.SavedPicoseconds > 0 ? finding.SavedPicoseconds : null);
    }

    static PlanMemory Memory(ModelPlan plan)
    {
        var trained = plan.Blocks.Where(b => b.IsTrained).ToList();
        var gradients = Sum(trained);
        var outside = plan.Blocks.Where(b => b.Parameter.Loops.Count == 0).ToList();
        var train = plan.Program(ProgramKind.Train);
        var frames = plan.Sites.Select(train.Frame).ToList();
        return new(Sum(plan.Blocks), plan.MicroGradientBytes > 0 ? gradients * 2 : gradients, gradients * 2, plan.StaticBytes - plan.WorkspaceOffset,
            [.. frames.Select(f => f.SavedBytes)], [.. frames.Select(f => Math.Max(f.ForwardBytes, f.BackwardBytes) - f.SavedBytes)], plan.PeakBytes)
        {
            Reserved = plan.StaticBytes - plan.TemporaryBytes,
            Temporaries = plan.TemporaryBytes,
            WorstPeakBytes = plan.WorstPeakBytes,
            Frames = BuffersOf.Frames(plan),
            LargestOutside = new(outside.Where(b => b.Parameter.Experts == 0).Select(b => b.LocalBytes).DefaultIfEmpty(0).Max(), 0, Sum(outside).PerExpert),
            WorkspacePerRank = train.Workspace.Where(b => b.Members.Any(IsCountOfTheWorld)).Sum(b => b.Bytes) / plan.Mesh.Data,
        };

        // One rank has nothing to gather: its own counts are the world's.
        bool IsCountOfTheWorld(Value value) => value.Producer?.Op is GatherCounts || plan.Mesh.Data == 1 && value.Producer?.Op is Route && value.Producer.Outputs[Route.Counts] == value;

        // An expert's parameters, of all sites together, by the experts of the first: their numbers on a rank are in one proportion whatever the mesh.
        Amount Sum(IEnumerable<ParameterBlock> blocks)
        {
            Amount sum = default;
            foreach (var block in blocks)
                sum += block.Parameter.Experts == 0 ? new(block.LocalBytes) : new Amount(0, 0, block.LocalBytes / (plan.Sites[0].Experts / plan.Mesh.Expert));
            return sum;
        }
    }
}
