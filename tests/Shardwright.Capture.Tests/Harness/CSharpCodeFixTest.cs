using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>Applies a fix until nothing is left to fix, then all at once in every scope, and compares with the fixed state.</summary>
public sealed class CSharpCodeFixTest<TAnalyzer, TCodeFix> : CSharpAnalyzerTest<TAnalyzer>
    where TAnalyzer : DiagnosticAnalyzer, new()
    where TCodeFix : CodeFixProvider, new()
{
    readonly TCodeFix fixer = new();

    /// <summary>Which of the fixes that a diagnostic offers.</summary>
    public int ActionIndex { get; set; }

    public SolutionState FixedState { get; } = new();

    public string FixedCode { set => FixedState.Sources.Add(value); }

    public override async Task RunAsync()
    {
        var test = Evaluated.From(TestState, Descriptors);
        await VerifyDiagnosticsAsync(test, "Test state");
        if (!FixedState.IsSet)
            return;
        var fixedState = Evaluated.From(FixedState, Descriptors, fixer.FixableDiagnosticIds.Contains);
        bool changes = !test.Sources.SequenceEqual(fixedState.Sources);
        int fixable = test.Diagnostics.Count(e => fixer.FixableDiagnosticIds.Contains(e.Id));

        await CompareAsync(await IterateAsync(CreateProject(test.Sources), changes ? fixable : 0), fixedState, "Iterative code fix");
        Verification.Verify(await GetDiagnosticsAsync(CreateProject(fixedState.Sources)), [.. Evaluated.From(FixedState, Descriptors).Diagnostics], "Fixed state");
        if (!changes || fixer.GetFixAllProvider() is not { } fixAll)
            return;
        foreach (var scope in (FixAllScope[])[FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution])
        {
            var project = CreateProject(test.Sources);
            for (int pass = 0; pass < (scope == FixAllScope.Document ? test.Sources.Length : 1); pass++)
                project = await FixAllAsync(project, fixAll, scope) ?? project;
            await CompareAsync(project, fixedState, $"Fix all in {scope}");
        }
    }

    async Task<Project> IterateAsync(Project project, int limit)
    {
        for (int count = 0; ; count++)
        {
            var (document, action) = await FindActionAsync(project);
            if (action is null)
                return project;
            if (count >= limit)
                throw new InvalidOperationException(limit == 0 ? $"No fix was expected, but '{action.Title}' was offered." : $"The fix was still offered after {limit} iteration(s).");
            project = await ApplyAsync(document!.Project, action);
        }
    }

    async Task<(Document?, CodeAction?)> FindActionAsync(Project project)
    {
        foreach (var diagnostic in (await GetDiagnosticsAsync(project)).Where(d => fixer.FixableDiagnosticIds.Contains(d.Id)))
        {
            if (project.GetDocument(diagnostic.Location.SourceTree) is not { } document)
                continue;
            var actions = new List<CodeAction>();
            await fixer.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), default));
            if (actions.Find(a => a.EquivalenceKey is null) is { } bad)
                throw new InvalidOperationException($"'{bad.Title}' has no EquivalenceKey, so Fix All cannot group it (RS1010).");
            if (actions.Count > ActionIndex)
                return (document, actions[ActionIndex]);
        }
        return default;
    }

    async Task<Project?> FixAllAsync(Project project, FixAllProvider fixAll, FixAllScope scope)
    {
        var (document, action) = await FindActionAsync(project);
        if (action is null)
            return null;
        var context = new FixAllContext(document!, fixer, scope, action.EquivalenceKey!, fixer.FixableDiagnosticIds, new Provider(await GetDiagnosticsAsync(project)), default);
        return await fixAll.GetFixAsync(context) is { } all ? await ApplyAsync(project, all) : null;
    }

    static async Task<Project> ApplyAsync(Project project, CodeAction action)
    {
        var changed = (await action.GetOperationsAsync(default)).OfType<ApplyChangesOperation>().Single().ChangedSolution.GetProject(project.Id)!;
        foreach (var id in changed.DocumentIds)
        {
            var document = changed.GetDocument(id)!;
            var text = await document.GetTextAsync();
            var reparsed = Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(text, (Microsoft.CodeAnalysis.CSharp.CSharpParseOptions)changed.ParseOptions!).GetRoot();
            if (!(await document.GetSyntaxRootAsync())!.IsEquivalentTo(reparsed, topLevel: false))
                throw new InvalidOperationException($"The tree produced for '{document.Name}' differs from the tree its text parses to.");
        }
        return changed;
    }

    static async Task CompareAsync(Project project, Evaluated state, string context)
    {
        foreach (var (path, code) in state.Sources)
        {
            var text = (await project.Documents.Single(d => d.FilePath == path).GetTextAsync()).ToString();
            if (text != code)
                throw new InvalidOperationException($"{context}: '{path}' differs.\n--- expected\n{code}\n--- actual\n{text}");
        }
    }

    sealed class Provider(ImmutableArray<Diagnostic> all) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellation) => Task.FromResult(all.AsEnumerable());

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellation)
            => Task.FromResult(all.Where(d => d.Location.SourceTree?.FilePath == document.FilePath));

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellation) => Task.FromResult(all.Where(d => d.Location == Location.None));
    }
}
