namespace Shardwright.Compiler;

/// <summary>
/// Remembers the last compiled models by value, for generator and analyzer alike: both ask for the same models, an editor asks anew after every key, and most keys change no graph. Holds no compiler objects.
/// </summary>
public static class CompilationMemo
{
    static readonly List<CompiledModel> recent = [];

    // At least twice the models of a project: asking for each in turn would otherwise find none of them.
    static int capacity = 64;

    /// <summary>A model was compiled anew, here by its type's name. What an edit costs can be counted by it.</summary>
    public static event Action<string>? Compiled;

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
        Compiled?.Invoke(model.Type);
        lock (recent)
        {
            recent.Add(compiled);
            if (recent.Count > capacity)
                recent.RemoveAt(0);
        }
        return compiled;
    }

    /// <summary>Compiles several models side by side and asks the rules about them, so that asking for each is quick afterwards. What fails here fails again for whoever asks.</summary>
    public static void Prepare(IReadOnlyCollection<LinkedModel> models, CancellationToken cancellation)
    {
        if (models.Count < 2)
            return;
        lock (recent)
            capacity = Math.Max(capacity, 2 * models.Count);
        Parallel.ForEach(models, new ParallelOptions { CancellationToken = cancellation }, model =>
        {
            try
            {
                _ = Compile(model).Findings;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
            }
        });
    }
}
