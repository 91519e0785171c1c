using System.Reflection;
using Shardwright.Execution;

namespace Shardwright.Training.Tests.Harness;

/// <summary>A trainer of a model compiled in memory, driven through its typed methods: inputs are tokens, targets and, for weighted losses, weights.</summary>
public sealed class ModelTrainer : IDisposable
{
    delegate StepReport Step2(ReadOnlySpan<int> a, ReadOnlySpan<int> b);
    delegate StepReport Step3(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<float> c);
    delegate float Evaluate2(ReadOnlySpan<int> a, ReadOnlySpan<int> b);
    delegate float Evaluate3(ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<float> c);
    delegate void Forward1(ReadOnlySpan<int> a, Span<float> output);

    readonly Type type;
    readonly Type modelType;
    readonly bool weighted;
    readonly Step2? step2;
    readonly Step3? step3;

    public ModelTrainer(string source, (int Data, int Expert)? mesh, TrainerOptions options, string? modelName = null)
    {
        Compiled = ModelAssembly.Compile(source, mesh);
        modelType = Compiled.Assembly.GetTypes().Single(t => t.GetMethod("CreateTrainer") is not null && (modelName is null || t.Name == modelName));
        try
        {
            Trainer = (Trainer)modelType.GetMethod("CreateTrainer")!.Invoke(null, [options])!;
        }
        catch (TargetInvocationException failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure.InnerException!);
            throw;
        }
        type = Trainer.GetType();
        weighted = type.GetMethod("Step")!.GetParameters().Length == 3;
        step2 = weighted ? null : type.GetMethod("Step")!.CreateDelegate<Step2>(Trainer);
        step3 = weighted ? type.GetMethod("Step")!.CreateDelegate<Step3>(Trainer) : null;
    }

    public ModelAssembly Compiled { get; }

    public Trainer Trainer { get; }

    public ProgramPlan Plan => Trainer.Plan;

    public StepReport Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights = default) => step2 is not null ? step2(tokens, targets) : step3!(tokens, targets, weights);

    public float Evaluate(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights = default) => weighted
        ? type.GetMethod("Evaluate")!.CreateDelegate<Evaluate3>(Trainer)(tokens, targets, weights)
        : type.GetMethod("Evaluate")!.CreateDelegate<Evaluate2>(Trainer)(tokens, targets);

    public void Forward(ReadOnlySpan<int> tokens, Span<float> output) => type.GetMethod("Forward")!.CreateDelegate<Forward1>(Trainer)(tokens, output);

    /// <summary>A new model object of the compiled class.</summary>
    public object NewModel() => Activator.CreateInstance(modelType)!;

    public void CopyTo(object model) => type.GetMethod("CopyTo")!.Invoke(Trainer, [model]);

    public void CopyFrom(object model) => type.GetMethod("CopyFrom")!.Invoke(Trainer, [model]);

    /// <summary>Every parameter instance: slot, instance, global expert (−1 dense), path and length.</summary>
    public IEnumerable<(int Slot, int Instance, int Expert, string Path, int Length)> Parameters()
    {
        for (int slot = 0; slot < Plan.Parameters.Count; slot++)
        {
            var p = Plan.Parameters[slot];
            for (int instance = 0; instance < p.Instances; instance++)
                for (int expert = p.Experts == 0 ? -1 : 0; expert < p.Experts; expert++)
                    yield return (slot, instance, expert, Path(p.Path, instance, expert, p), p.Shape.Aggregate(1, (a, b) => a * b));
        }
    }

    public float[] Parameter((int Slot, int Instance, int Expert, string Path, int Length) p)
    {
        var values = new float[p.Length];
        Trainer.CopyParameter(p.Slot, p.Instance, p.Expert, values);
        return values;
    }

    public float[] Gradient((int Slot, int Instance, int Expert, string Path, int Length) p)
    {
        var values = new float[p.Length];
        Trainer.CopyGradient(p.Slot, p.Instance, p.Expert, values);
        return values;
    }

    static string Path(string pattern, int instance, int expert, ParameterSlot slot)
    {
        // With one list above, the instance is its index; the last star of an expert parameter is the expert.
        var parts = pattern.Split("[*]");
        var path = parts[0];
        for (int i = 1; i < parts.Length; i++)
            path += $"[{(i == parts.Length - 1 && slot.Experts > 0 ? expert : instance)}]{parts[i]}";
        return path;
    }

    public void Dispose() => Trainer.Dispose();
}
