using Shardwright.Capture.Rules;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Model;

/// <summary>Finds calls that lead back to their own method: a graph is finite.</summary>
internal static class RecursionCheck
{
    public static void Check(ModuleContext context, IReadOnlyList<Method> methods)
    {
        var calls = methods.ToDictionary(m => m.Key, m => Calls.Of(m).Where(c => c is { Target: null, Type: null }).ToArray(), StringComparer.Ordinal);
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);     // false: on the path, true: done
        foreach (var method in methods)
            Visit(method.Key, [method.Name]);

        void Visit(string key, List<string> path)
        {
            if (state.ContainsKey(key) || !calls.TryGetValue(key, out var targets))
                return;
            state[key] = false;
            foreach (var call in targets)
            {
                var name = methods.FirstOrDefault(m => m.Key == call.Key)?.Name ?? call.Key;
                path.Add(name);
                if (state.TryGetValue(call.Key, out bool done) && !done)
                    context.Report(RuleIds.Recursion, context.Syntax(call.Site), name, string.Join(" → ", path.Skip(path.IndexOf(name))));
                else
                    Visit(call.Key, path);
                path.RemoveAt(path.Count - 1);
            }
            state[key] = true;
        }
    }
}
