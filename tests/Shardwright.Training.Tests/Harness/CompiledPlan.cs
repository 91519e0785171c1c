using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;

namespace Shardwright.Training.Tests.Harness;

/// <summary>The plan of a model on a mesh, without ranks.</summary>
public static class CompiledPlan
{
    /// <param name="model">A test model, or <c>SparseLanguageModel</c>, the sample.</param>
    /// <param name="mesh">Data and expert sizes.</param>
    public static ProgramPlan Of(string model, (int Data, int Expert) mesh) => OfSource(Source(model), mesh);

    /// <summary>The plan of a source.</summary>
    public static ProgramPlan OfSource(string source, (int Data, int Expert) mesh)
    {
        var assembly = ModelAssembly.Compile(source, mesh).Assembly;
        return (ProgramPlan)assembly.GetTypes().Single(t => t.IsSubclassOf(typeof(Trainer))).GetField("CompiledPlan")!.GetValue(null)!;
    }

    /// <summary>The plan as it travels in the assembly.</summary>
    public static PlanDocument Document(string model, (int Data, int Expert) mesh) => PlanReader.Read(Of(model, mesh).Document!);

    public static string Source(string model) => model == "SparseLanguageModel" ? SampleSource.Text : TestResource.ModelSource(model);
}
