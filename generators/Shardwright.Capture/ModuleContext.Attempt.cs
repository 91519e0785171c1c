using Microsoft.CodeAnalysis;

namespace Shardwright.Capture;

internal sealed partial class ModuleContext
{
    /// <summary>Begins an attempt whose diagnostics are forgotten unless it is kept.</summary>
    public Trial Attempt() => new(this, Errors, diagnostics.Count);

    public sealed class Trial(ModuleContext context, int errors, int count) : IDisposable
    {
        readonly ISymbol[] refused = [.. context.Refused];
        bool kept;

        public void Keep() => kept = true;

        public void Dispose()
        {
            if (kept)
                return;
            context.Errors = errors;
            context.Refused.IntersectWith(refused);
            context.diagnostics.RemoveRange(count, context.diagnostics.Count - count);
        }
    }
}
