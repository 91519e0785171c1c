using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Emit;

/// <content>Loops, and the frames of the routed stack.</content>
public sealed partial class StatementPrinter
{
    /// <summary>The part of a rank's experts that statements here stand for.</summary>
    ExpertChunk chunk;

    public void OpenFrame(ExpertSite site, bool isBackward)
    {
        var frame = program.Frame(site);
        Statement(isBackward
            ? $"Routed.Resize(bytesPerRow: {CodeWriter.Grouped(frame.ArrivingBytes)}{Temporaries(frame.Temporaries.Arriving)});"
            : $"Routed.Push({Exchange(site)}.Rows, bytesPerRow: {CodeWriter.Grouped(frame.ForwardBytes)}{Temporaries(frame.Temporaries.Forward)});");
    }

    /// <summary>In the backward pass a frame is at its largest while the experts run, not while gradients arrive or leave.</summary>
    public void ResizeFrame(ExpertSite site, bool isLeaving)
    {
        var frame = program.Frame(site);
        Statement($"Routed.Resize(bytesPerRow: {CodeWriter.Grouped(isLeaving ? frame.LeavingBytes : frame.BackwardBytes)}{Temporaries(isLeaving ? frame.Temporaries.Leaving : frame.Temporaries.Backward)});");
    }

    public void CloseFrame(ExpertSite site, bool isBackward)
    {
        var frame = program.Frame(site);
        Statement(isBackward || !frame.HasBackward
            ? $"Routed.Pop({Temporaries(isBackward ? frame.Temporaries.Closed : frame.Temporaries.Kept).TrimStart(',', ' ')});"
            : $"Routed.Resize(bytesPerRow: {CodeWriter.Grouped(frame.SavedBytes)}{Temporaries(frame.Temporaries.Kept)});    // kept for the backward pass");
    }

    /// <summary>How much of the far end of memory the program uses until the stack changes again.</summary>
    static string Temporaries(long bytes) => bytes == 0 ? "" : $", temporaries: {CodeWriter.Grouped(bytes)}";

    public void Loop(Node node, Ops.Loop loop)
    {
        string variable = Naming.Identifier(loop.Variable);
        Block(node, loop.Backward ? $"for (int {variable} = {loop.List.Count - 1}; {variable} >= 0; {variable}--)" : $"for (int {variable} = 0; {variable} < {loop.List.Count}; {variable}++)", []);
    }

    public void ExpertLoop(Node node, Ops.ExpertLoop loop)
    {
        string exchange = Exchange(loop.Site);
        if (loop.Chunks > 1)
        {
            int local = loop.Site.Experts / plan.Mesh.Expert;
            var back = ChunkExperts.Around(node).Return;
            for (int part = 0; part < loop.Chunks; part++)
            {
                chunk = new(part, loop.Chunks);
                Block(node, $"// Experts {chunk.First(local)} to {chunk.End(local) - 1} of this rank at once: a group of rows an expert.",
                    [$"int first = {exchange}.ChunkStart({part}), rows = {exchange}.ChunkStart({part + 1}) - first;", $"var groups = {exchange}.ChunkGroups({part});"]);
                chunk = default;
                ((Return)back.Op).Print(back, this, part);
            }
            return;
        }
        if (loop.Grouped)
        {
            Block(node, "// All experts of this rank at once: a group of rows an expert.", [$"var groups = {exchange}.Groups;"]);
            return;
        }
        Block(node, $"for (int expert = 0; expert < {loop.Site.Experts / plan.Mesh.Expert}; expert++)",
            [$"int first = {exchange}.Start(expert), rows = {exchange}.Count(expert);", $"var segments = {exchange}.Sequences(expert);"]);
    }

    void Block(Node node, string header, string[] prologue)
    {
        FlushCharge();
        var outer = scope;
        scope = new(outer, node);
        comments.Restart();
        foreach (var inner in node.Body!.Nodes)
            Print(inner);
        // All experts are charged at once, before their turns; around collectives of replicas, where they are.
        string? experts = node.Op is Ops.ExpertLoop && !node.Body.Nodes.Any(n => n.Op is AddReplicas or ContinueSums) ? TakeCharge() : null;
        FlushCharge();
        var block = scope;
        scope = outer;
        if (experts is not null)
            outer.Add(experts);
        if (node.Op is Ops.Loop)
            comments.Restart();
        else
            comments.Resume(node);
        outer.Add("");
        outer.Add(header);
        outer.Add("{");
        foreach (string line in prologue.Where(p => !p.Contains("var segments") || block.Mentions("sequences: segments")).Where(p => !p.Contains("var groups") || block.Mentions("groups")))
            outer.Add("    " + line);
        outer.Add(block);
        outer.Add("}");
        outer.Add("");
    }
}
