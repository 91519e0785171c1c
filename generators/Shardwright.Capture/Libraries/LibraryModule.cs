using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Libraries;

/// <summary>A module of a referenced assembly: a value that may cross the steps of a generator.</summary>
public sealed record LibraryModule(ModuleGraph Graph, ModuleSources Sources);
