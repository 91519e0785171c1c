using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shardwright.Capture.Reuse;

/// <summary>
/// A type, or a member of one, as other files may see it: all but method bodies. A name that applies without being written (an operator, a conversion, an indexer, a pattern's method) is <paramref name="IsImplied"/>; a member of a class
/// of extensions applies without its class being written.
/// </summary>
internal sealed record Declaration(string Type, string Name, bool IsImplied, bool IsExtension, string Signature, IReadOnlyCollection<string> Mentions)
{
    /// <summary>Whether code that reaches these names may mean this declaration.</summary>
    public bool IsReachedBy(HashSet<string> names) => (IsImplied || names.Contains(Name)) && (IsExtension || names.Contains(Type));
}

/// <summary>What one file declares, and the names that it writes. Syntax alone: a tree never changes, so each is read once and forgotten with it.</summary>
internal sealed class FileDeclarations
{
    static readonly ConditionalWeakTable<SyntaxTree, FileDeclarations> known = new();

    // foreach, using, deconstruction, collection initialisers, ranges and await find these by name.
    static readonly HashSet<string> patterns = new(["GetEnumerator", "MoveNext", "Current", "Dispose", "DisposeAsync", "Deconstruct", "Add", "Slice", "Length", "Count", "GetAwaiter"], StringComparer.Ordinal);

    readonly Lazy<IReadOnlyCollection<string>> names;
    readonly List<Declaration> declarations = [];
    readonly string usings;
    readonly IReadOnlyCollection<string> usingNames;
    readonly HashSet<string> namespaces = new(StringComparer.Ordinal);

    FileDeclarations(SyntaxTree tree)
    {
        var root = (CompilationUnitSyntax)tree.GetRoot();
        names = new(() => Names(root.DescendantTokens()));
        var everywhere = root.Usings.Where(u => !u.GlobalKeyword.IsKind(SyntaxKind.None)).Cast<SyntaxNode>().Concat(root.Externs).Concat(root.AttributeLists).SelectMany(n => n.DescendantTokens()).ToList();
        (Everywhere, EverywhereNames) = (Text(everywhere), Names(everywhere));
        var own = root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<UsingDirectiveSyntax>().SelectMany(n => n.DescendantTokens()).ToList();
        (usings, usingNames) = (Text(own), Names(own));
        Visit(root.Members);
    }

    /// <summary>Global usings and attributes of the assembly, which every file obeys.</summary>
    public string Everywhere { get; }

    public IReadOnlyCollection<string> EverywhereNames { get; }

    /// <summary>Every name that the file writes.</summary>
    public IReadOnlyCollection<string> AllNames => names.Value;

    public IReadOnlyList<Declaration> All => declarations;

    public static FileDeclarations Of(SyntaxTree tree) => known.GetValue(tree, t => new(t));

    /// <summary>The declarations that differ between two versions of a file; null when what differs concerns every file.</summary>
    public IEnumerable<Declaration>? ChangedSince(FileDeclarations older)
    {
        if (Everywhere != older.Everywhere || !namespaces.SetEquals(older.namespaces))
            return null;
        if (usings != older.usings)
            return declarations.Concat(older.declarations);
        // Compared in order within a name: overloads that swap places may change which one is found first.
        var before = older.declarations.ToLookup(Key);
        var after = declarations.ToLookup(Key);
        return before.Select(g => g.Key).Union(after.Select(g => g.Key)).Where(key => !before[key].Select(d => d.Signature).SequenceEqual(after[key].Select(d => d.Signature))).SelectMany(key => before[key].Concat(after[key]));

        static (string, string) Key(Declaration declaration) => (declaration.Type, declaration.Name);
    }

    void Visit(IEnumerable<MemberDeclarationSyntax> members)
    {
        foreach (var member in members)
            switch (member)
            {
                case BaseNamespaceDeclarationSyntax space:
                    namespaces.Add(space.Name.ToString());
                    Visit(space.Members);
                    break;
                case TypeDeclarationSyntax type: Visit(type, outer: ""); break;
                case BaseTypeDeclarationSyntax or DelegateDeclarationSyntax: Add("", NameOf(member), member, member.DescendantTokens(), isExtension: true); break;
            }
    }

    void Visit(TypeDeclarationSyntax type, string outer)
    {
        // The syntax of extension blocks has had two names so far; they have one keyword.
        bool isBlock = type.Keyword.Text == "extension";
        string name = isBlock ? outer : type.Identifier.ValueText;
        bool isExtension = isBlock || type.Modifiers.Any(SyntaxKind.StaticKeyword)
            && type.Members.OfType<MethodDeclarationSyntax>().Any(m => m.ParameterList.Parameters.Count > 0 && m.ParameterList.Parameters[0].Modifiers.Any(SyntaxKind.ThisKeyword));
        // Its head concerns whoever reaches the type by name; a type's own name needs no other name around it.
        Add(outer, isBlock ? "" : name, type, type.ChildNodesAndTokens().Where(c => c.AsNode() is not MemberDeclarationSyntax).SelectMany(c => c.AsNode()?.DescendantTokens() ?? [c.AsToken()]), isExtension: true);
        foreach (var member in type.Members)
            switch (member)
            {
                case TypeDeclarationSyntax nested: Visit(nested, name); break;
                case BaseFieldDeclarationSyntax field:
                    foreach (var variable in field.Declaration.Variables)
                        Add(name, variable.Identifier.ValueText, field, field.DescendantTokens(), isExtension);
                    break;
                default: Add(name, NameOf(member), member, member.DescendantTokens(n => n is not BlockSyntax && !(n is ArrowExpressionClauseSyntax && n.Parent is BaseMethodDeclarationSyntax)), isExtension); break;
            }
    }

    void Add(string type, string name, MemberDeclarationSyntax node, IEnumerable<SyntaxToken> signature, bool isExtension)
    {
        var tokens = signature.ToList();
        bool isImplied = name.Length == 0 || patterns.Contains(name) || node is PropertyDeclarationSyntax { ExplicitInterfaceSpecifier: not null } or MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null };
        declarations.Add(new(type, name, isImplied, isExtension, Text(tokens), [.. Names(tokens), .. usingNames]));
    }

    /// <summary>Empty for what has none: operators, conversions, indexers.</summary>
    static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
        DelegateDeclarationSyntax type => type.Identifier.ValueText,
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        EventDeclarationSyntax @event => @event.Identifier.ValueText,
        EnumMemberDeclarationSyntax value => value.Identifier.ValueText,
        _ => "",
    };

    static string Text(IEnumerable<SyntaxToken> tokens) => string.Join(" ", tokens.Select(t => t.Text));

    // An attribute is written with or without its ending.
    static IReadOnlyCollection<string> Names(IEnumerable<SyntaxToken> tokens)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            if (!token.IsKind(SyntaxKind.IdentifierToken))
                continue;
            names.Add(token.ValueText);
            if (token.Parent?.Parent is AttributeSyntax or QualifiedNameSyntax { Parent: AttributeSyntax })
                names.Add(token.ValueText + "Attribute");
        }
        return names;
    }
}
