using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Interpretation;

/// <summary>The first step of a fixture: all micro-batches of a model, from the reference parameters.</summary>
internal sealed class ReferenceStep
{
    private readonly BuiltProgram program;
    private readonly Routing[] routings;
    private readonly double[][] gradients;
    private readonly double denominator;

    public ReferenceStep(string model, string? source = null)
    {
        Fixture = ReferenceFixture.Load(model);
        program = CapturedModel.Build(CapturedModel.Link(source ?? TestResource.ModelSource(model)));
        Parameters = new ProgramInputs(program.Parameters);
        foreach (var (parameter, path, start) in Blocks())
            Array.ConvertAll(Fixture.Initial(path), v => (double)v).CopyTo(Parameters.Parameter(parameter), start);
        routings = [.. Enumerable.Range(0, Fixture.MicroBatches).Select(_ => new Routing())];
        gradients = [.. program.Parameters.Select(p => new double[Parameters.Parameter(p).Length])];
        denominator = Fixture.Weighted ? Fixture.Weights(0).Sum(w => (double)w) / Fixture.MicroBatches : 1;
    }

    public ReferenceFixture Fixture { get; }

    /// <summary>Takes over the experts that another step has chosen.</summary>
    public void RouteLike(ReferenceStep other) => other.routings.CopyTo(routings, 0);

    /// <inheritdoc cref="ProgramInterpreter.Rounds"/>
    public bool Rounds { get; init; }

    public ProgramInputs Parameters { get; }

    public IEnumerable<ParameterDeclaration> Trained => program.Parameters.Where(p => !p.Frozen && !p.IsState);

    /// <summary>Means over the micro-batches. The first run chooses the experts, later ones keep them; gradients add up.</summary>
    public (double Loss, double Balance, double RouterZ) Run(bool backward)
    {
        var (loss, balance, routerZ) = (0.0, 0.0, 0.0);
        for (var m = 0; m < Fixture.MicroBatches; m++)
        {
            var inputs = Parameters.WithRouting(routings[m], denominator);
            foreach (var input in program.Inputs)
                inputs.Bind(input, Values(input.Name).Skip(m * Fixture.TokensPerMicroBatch).Take(Fixture.TokensPerMicroBatch));
            var run = new ProgramInterpreter(inputs) { Rounds = Rounds };
            run.Run(program.Root, backward);
            routings[m].IsFrozen = true;
            (loss, balance, routerZ) = (loss + (run.Loss / Fixture.MicroBatches), balance + (run.Balance / Fixture.MicroBatches), routerZ + (run.RouterZ / Fixture.MicroBatches));
            foreach (var parameter in backward ? Trained : [])
                for (var i = 0; i < gradients[parameter.Slot].Length; i++)
                    gradients[parameter.Slot][i] += inputs.Gradient(parameter)[i];
        }
        foreach (var parameter in Trained)
            gradients[parameter.Slot].CopyTo(Parameters.Gradient(parameter), 0);
        return (loss, balance, routerZ);
    }

    /// <summary>The gradient of every parameter by its path in the fixture.</summary>
    public IEnumerable<(string Path, double[] Gradient)> Gradients() => Blocks().Select(b => (b.Path, gradients[b.Parameter.Slot].AsSpan(b.Start, (int)b.Parameter.Elements).ToArray()));

    private IEnumerable<double> Values(string input) => input switch
    {
        "tokens" => Fixture.Tokens(0).Select(v => (double)v),
        "targets" => Fixture.Targets(0).Select(v => (double)v),
        _ => Fixture.Weights(0).Select(v => (double)v),
    };

    /// <summary>Every instance and expert of every parameter; these models have one list above at most.</summary>
    private IEnumerable<(ParameterDeclaration Parameter, string Path, int Start)> Blocks() =>
        from parameter in program.Parameters
        from instance in Enumerable.Range(0, parameter.Instances)
        from expert in Enumerable.Range(0, Math.Max(1, parameter.Experts))
        select (parameter, Path(parameter, instance, expert), ((instance * Math.Max(1, parameter.Experts)) + expert) * (int)parameter.Elements);

    private static string Path(ParameterDeclaration parameter, int instance, int expert)
    {
        var indices = new Queue<int>();
        if (parameter.Loops.Count > 0)
            indices.Enqueue(instance);
        if (parameter.Experts > 0)
            indices.Enqueue(expert);
        return string.Concat(parameter.Path.Split("[*]").Select((part, i) => i == 0 ? part : $"[{indices.Dequeue()}]{part}"));
    }
}
