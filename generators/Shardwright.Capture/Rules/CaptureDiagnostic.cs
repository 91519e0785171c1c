using Microsoft.CodeAnalysis;
using Shardwright.Compiler;

namespace Shardwright.Capture.Rules;

/// <summary>What capture has to say about a place in source; <paramref name="Arguments"/> fill the message of the rule <paramref name="Id"/>.</summary>
public sealed record CaptureDiagnostic(string Id, Location Location, EquatableArray<string> Arguments);
