using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Generators.Pipeline;

internal sealed record Joined(Attempt<CompiledModel> Compiled, EquatableArray<ModuleSources> Sources);

internal enum Problem
{
    None,
    Diagnostics,
    Internal,
}

/// <summary>A model's files, and what kept the generator from printing more. <paramref name="Detail"/>: the classes with errors, or the fault.</summary>
internal sealed record Printed(string Type, EquatableArray<EmittedFile> Files, Problem Problem, string Detail);
