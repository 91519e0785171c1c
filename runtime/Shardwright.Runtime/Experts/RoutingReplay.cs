using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>
/// Sends as many copies from every rank to every expert as a recording says. Which tokens they are is not recorded: the copies of a rank, in the order of experts, are dealt to its tokens in turn, so that no token comes to an expert twice.
/// Step n of training is step n of the recording, from the start again behind its end; Evaluate and Forward, which no recording has, are left to the router.
/// </summary>
internal sealed class RoutingReplay : RoutingSource
{
    private readonly RoutingRecording recording;
    private readonly int sources;

    private RoutingReplay(RoutingRecording recording, int ranks) => (this.recording, sources) = (recording, recording.Shape.Ranks / ranks);

    /// <summary>Reads a recording for a program.</summary>
    /// <exception cref="ArgumentException">It cannot be read, or does not fit the program.</exception>
    public static RoutingReplay Open(string path, ProgramPlan plan)
    {
        var recording = Read(path);
        Check(recording, path, plan);
        return new(recording, plan.Data);
    }

    public override void Select(RoutingSite where, ReadOnlySpan<float> logits, Span<int> experts, int rows, int expertCount, int k)
    {
        if (where.Step < 0)
            return;
        int[][] counts = recording.Counts(where.Step % recording.Steps, where.MicroBatch, where.Site, where.Layer);
        int rank = where.FirstToken / rows, token = 0, place = 0;
        for (int expert = 0; expert < expertCount; expert++)
            for (int copies = Sent(counts, rank * sources, sources, expert); copies > 0; copies--)
            {
                experts[token * k + place] = expert;
                if (++token == rows)
                    (token, place) = (0, place + 1);
            }
    }

    private static RoutingRecording Read(string path)
    {
        try
        {
            return RoutingRecording.Read(File.OpenRead(path), path);
        }
        catch (RoutingFileException exception)
        {
            throw Problem(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Problem($"'{path}' cannot be read ({exception.Message}); need a file that Trainer.RecordRouting wrote");
        }
    }

    private static int Sent(int[][] counts, int first, int sources, int expert)
    {
        int sum = 0;
        for (int source = first; source < first + sources; source++)
            sum += counts[source][expert];
        return sum;
    }

    private static void Check(RoutingRecording recording, string path, ProgramPlan plan)
    {
        var shape = recording.Shape;
        if (shape.Groups.Count != plan.Experts.Count || shape.MicroBatches != plan.MicroBatches)
            throw Problem($"'{path}' has {shape.Groups.Count} expert groups and {shape.MicroBatches} micro-batches a step, {plan.Model} has {plan.Experts.Count} and {plan.MicroBatches}; need the same numbers");
        for (int group = 0; group < shape.Groups.Count; group++)
        {
            var (got, need) = (shape.Groups[group], plan.Experts[group]);
            if ((got.Layers, got.Experts, got.TopK) != (need.Layers, need.ExpertCount, need.TopK))
                throw Problem($"'{path}' has {Sizes(got.Layers, got.Experts, got.TopK)} in '{got.Path}', {plan.Model} has {Sizes(need.Layers, need.ExpertCount, need.TopK)} in '{need.Path}'; need the same");
        }
        if (shape.Ranks % plan.Data != 0)
            throw Problem($"'{path}' is of {shape.Ranks} ranks, {plan.Model} has {plan.Data}; need a mesh whose ranks divide those of the recording: each stands for as many neighbours of it");
        for (int step = 0; step < recording.Steps; step++)
            for (int index = 0; index < shape.RecordsPerStep; index++)
                CheckCounts(recording, step, index, path, plan);
    }

    private static void CheckCounts(RoutingRecording recording, int step, int index, string path, ProgramPlan plan)
    {
        var (microBatch, group, layer) = recording.Shape.At(index);
        int[][] counts = recording.Counts(step, microBatch, group, layer);
        int tokens = plan.Tokens / plan.Data, copies = tokens * plan.Experts[group].TopK, sources = counts.Length / plan.Data;
        for (int rank = 0; rank < plan.Data; rank++)
        {
            long sum = 0;
            int most = 0;
            for (int expert = 0; expert < plan.Experts[group].ExpertCount; expert++)
            {
                int sent = Sent(counts, rank * sources, sources, expert);
                (sum, most) = (sum + sent, Math.Max(most, sent));
            }
            string where = $"in step {step}, micro-batch {microBatch}, layer {layer} of '{plan.Experts[group].Path}' of '{path}'";
            if (sum != copies)
                throw Problem($"rank {rank} sends {sum} copies {where}, {plan.Model} has {copies} = {tokens} tokens × top-{plan.Experts[group].TopK} a rank; need a recording with the same batch");
            if (most > tokens)
                throw Problem($"rank {rank} sends {most} copies to one expert {where}; need at most {tokens}, its tokens");
        }
    }

    private static string Sizes(int layers, int experts, int topK) => $"{layers} layers of {experts} experts, top-{topK},";

    private static ArgumentException Problem(string problem) => new($"TrainerOptions.ReplayRouting: {problem}.", nameof(TrainerOptions.ReplayRouting));
}
