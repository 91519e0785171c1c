using System.Globalization;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Link;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Passes.Check;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>Compiles the three programs of a model and lays out the arena: weights, gradients, optimizer state, then one workspace that the programs overlay.</summary>
public static class PlanModel
{
    public static (ModelPlan? Plan, IReadOnlyList<CompilerDiagnostic> Diagnostics) Run(LinkedModel linked)
    {
        var report = new ShapeReport();
        try
        {
            var options = linked.Model.Options ?? throw new UserErrorException(new(Rules.UnknownName, linked.Type, -1, $"{linked.Type} is not a [Model]"));
            int data = linked.Options.Data ?? options.Data, expert = linked.Options.Expert ?? options.Expert;
            var root = new SourceRef(linked.Type, options.MeshSite, options.MeshSite);
            if (data < 1 || expert < 1 || data % expert != 0)
                report.Error(Rules.ExpertDividesData, root, MeshMistakes.ExpertDoesNotDivide(linked.Options, data, expert), MeshMistakes.Fixes(linked, data, expert));
            else if (data > Limits.Ranks)
                report.Error(Rules.ExpertDividesData, root, $"{MeshFix.Written(linked.Options, data, expert)} is more ranks than can be planned for; need at most {Limits.Ranks}");
            if (report.Diagnostics.Count > 0)
                return (null, report.Diagnostics);
            var mesh = new DeviceMesh(data, expert);
            var (inputs, forwardInputs) = ModelInputs.Read(linked, mesh, report);
            if (report.Diagnostics.Count > 0)
                return (null, report.Diagnostics);
            (report.Sequences, report.Constants) = (inputs[0].Shape[0], linked.Model.Constants);

            var built = new List<BuiltProgram>();
            foreach (var kind in new[] { ProgramKind.Train, ProgramKind.Evaluate, ProgramKind.Infer })
            {
                if (BuildProgram.Run(linked, kind, mesh, inputs, options.MicroBatches, report) is not { } program || report.Diagnostics.Count > 0)
                    return (null, report.Diagnostics);
                if (Limits.Executed(program.Root) * options.MicroBatches is var executed && executed > Limits.Statements)
                {
                    report.Error(Rules.ShapeMismatch, root, string.Format(CultureInfo.InvariantCulture, "a step of {0} executes {1:0.##e+0} statements, and its time is found by walking through all of them; need at most {2}, with fewer layers or micro-batches", linked.Type, executed, Limits.Statements));
                    return (null, report.Diagnostics);
                }
                built.Add(program);
            }
            var plan = Layout(built, mesh, options, inputs, forwardInputs);
            if (CheckReductions.Run(plan, built[0].GradientGroups) is { Count: > 0 } violations)
                return (null, [.. violations.Select(v => new CompilerDiagnostic(Rules.InternalError, v.Source.Type ?? linked.Type, v.Source.Type is null ? -1 : v.Source.Expression, $"the plan of gradients: {v}"))]);
            var (step, estimate) = EstimateCost.Run(plan, linked.Options.Machine(), linked.Options.ExpertInnermost);
            return (plan with { Step = step, Estimate = estimate }, []);
        }
        catch (UserErrorException error)
        {
            return (null, [.. report.Diagnostics, error.Diagnostic]);
        }
    }

    static ModelPlan Layout(List<BuiltProgram> built, DeviceMesh mesh, ModelOptions options, IReadOnlyList<InputDeclaration> inputs, IReadOnlyList<InputDeclaration> forwardInputs)
    {
        var train = built[0];
        var programs = built.Select(b => PlanProgram.Run(b, mesh)).ToList();

        // Blocks of one reduction group lie together, so that a group reduces all its gradients in one call.
        string?[] groups = [null, "World", "ExpertReplicas", "ExpertPeers"];
        string? GroupOf(ParameterDeclaration p) => train.GradientGroups.TryGetValue(p, out string? group) ? group : null;
        var trained = train.Parameters.Where(p => !p.Frozen && !p.IsState).OrderBy(p => Array.IndexOf(groups, GroupOf(p))).ThenBy(p => p.Slot).ToList();
        var others = train.Parameters.Except(trained).ToList();

        long offset = 0;
        var weights = Blocks(trained.Concat(others));
        long gradientStart = offset;
        var gradients = Blocks(trained);
        long gradientEnd = offset;
        var means = Blocks(trained);
        var variances = Blocks(trained);
        long persistent = offset;
        bool accumulates = options.MicroBatches > 1;
        long microStart = offset, shift = accumulates ? microStart - gradientStart : 0;
        if (accumulates)
            offset += gradientEnd - gradientStart;
        long workspace = offset;
        // The programs overlay each other in the lower part; the temporaries of Train follow the largest of them.
        long lower = programs.Max(p => p.WorkspaceBytes - p.TemporaryBytes), temporaries = programs[0].TemporaryBytes;
        foreach (var buffer in programs[0].Workspace.Where(b => b.IsTemporary))
            buffer.Offset += lower - (programs[0].WorkspaceBytes - temporaries);
        programs[0] = programs[0] with { WorkspaceBytes = lower + temporaries };

        var blocks = train.Parameters.Select(Block).ToList();
        var reductions = groups.OfType<string>().Where(g => trained.Any(p => GroupOf(p) == g)).Select(Range).ToList();
        int lossWeights = train.Root.Walk().Where(n => n.Op is CrossEntropy && n.Inputs.Count > 2).Select(n => n.Input(2).Input!.Index).DefaultIfEmpty(-1).First();
        return new(mesh, options.MicroBatches, options.Clip, inputs[0].Shape[0], inputs, forwardInputs, blocks, reductions, train.Sites, programs, persistent, microStart, accumulates ? gradientEnd - gradientStart : 0,
            workspace, workspace + lower + temporaries, built[2].Result.Type)
        { LossWeights = lossWeights, TemporaryBytes = temporaries };

        ParameterBlock Block(ParameterDeclaration p) =>
            new(p, GroupOf(p), LocalBytes(p), weights[p], At(gradients, p), At(means, p), At(variances, p), gradients.ContainsKey(p) ? gradients[p] + shift : -1);

        GradientRange Range(string group)
        {
            ParameterDeclaration first = trained.First(p => GroupOf(p) == group), last = trained.Last(p => GroupOf(p) == group);
            return new(group, gradients[first] + shift, gradients[last] + PlanMemory.Align(LocalBytes(last), PlanMemory.Alignment) - gradients[first]);
        }

        Dictionary<ParameterDeclaration, long> Blocks(IEnumerable<ParameterDeclaration> parameters)
        {
            var offsets = new Dictionary<ParameterDeclaration, long>();
            foreach (var parameter in parameters)
            {
                offsets[parameter] = offset;
                offset += PlanMemory.Align(LocalBytes(parameter), PlanMemory.Alignment);
            }
            return offsets;
        }

        long LocalBytes(ParameterDeclaration p) => 4 * p.Elements * p.Instances * (p.Experts == 0 ? 1 : p.Experts / mesh.Expert);

        static long At(Dictionary<ParameterDeclaration, long> offsets, ParameterDeclaration p) => offsets.TryGetValue(p, out long value) ? value : -1;
    }
}
