using Shardwright.Compiler;

namespace Shardwright.Analyzers;

/// <summary>
/// Remembers the last compiled models by value: an editor asks anew after every key, and most keys change no graph. Holds no compiler objects.
/// </summary>
internal static class CompilationMemo
{
    const int Capacity = 16;

    static readonly List<CompiledModel> recent = [];

    public static CompiledModel Compile(LinkedModel model)
    {
        lock (recent)
        {
            int index = recent.FindIndex(c => c.Linked == model);
            if (index >= 0)
            {
                var known = recent[index];
                recent.RemoveAt(index);
                recent.Add(known);
                return known;
            }
        }
        var compiled = ModelCompiler.Compile(model);
        lock (recent)
        {
            recent.Add(compiled);
            if (recent.Count > Capacity)
                recent.RemoveAt(0);
        }
        return compiled;
    }
}
