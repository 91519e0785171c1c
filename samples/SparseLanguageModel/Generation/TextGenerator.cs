using System.Text;
using Shardwright;
using SparseLanguage.Training;

namespace SparseLanguage.Generation;

/// <summary>A line that the model finished: what it was given and what it wrote.</summary>
public sealed record GeneratedLine(string Prompt, string Continuation);

/// <summary>Samples text from the model, a whole batch of lines at once, each until its line ends.</summary>
public sealed class TextGenerator(LanguageModelTrainer trainer, ulong seed)
{
    private const int Batch = SparseLanguageModel.Batch, Context = SparseLanguageModel.Context, Vocab = SparseLanguageModel.Vocab;
    private const float Temperature = 0.6f;
    private const int PromptBytes = 12, NewBytes = 64;

    /// <summary>Continues the beginnings of lines of <paramref name="text"/>, taken at even distances. One forward pass over the batch per byte: the emitted program keeps no key/value cache yet.</summary>
    public IReadOnlyList<GeneratedLine> Continue(byte[] text, CancellationToken stop)
    {
        var tokens = new int[Batch * Context];
        var logits = new float[Batch * Context * Vocab];
        var (lengths, prompts) = (new int[Batch], new int[Batch]);
        var ended = new bool[Batch];
        for (var row = 0; row < Batch; row++)
        {
            var prompt = Prompt(text, (int)((long)row * text.Length / Batch));
            for (var i = 0; i < prompt.Length; i++)
                tokens[row * Context + i] = prompt[i];
            lengths[row] = prompts[row] = prompt.Length;
        }

        var key = CounterRandom.Key(seed, "generation");
        for (var step = 0; step < NewBytes && ended.Contains(false) && !stop.IsCancellationRequested; step++)
        {
            trainer.Forward(tokens, logits);
            for (var row = 0; row < Batch; row++)
            {
                if (ended[row])
                    continue;
                var next = Sample(logits.AsSpan((row * Context + lengths[row] - 1) * Vocab, Vocab), CounterRandom.UniformAt(key, step * Batch + row));
                ended[row] = next == '\n';
                if (!ended[row])
                    tokens[row * Context + lengths[row]++] = next;
            }
        }
        return [.. Enumerable.Range(0, Batch).Select(row => new GeneratedLine(Text(row, 0, prompts[row]), Text(row, prompts[row], lengths[row])))];

        string Text(int row, int start, int end)
            => Printable(Encoding.UTF8.GetString([.. tokens.AsSpan(row * Context + start, end - start).ToArray().Select(token => (byte)token)]));
    }

    /// <summary>The byte at which the running sum of softmax(logits / temperature) passes <paramref name="uniform"/>; uniform in [0, 1).</summary>
    public static int Sample(ReadOnlySpan<float> logits, float uniform)
    {
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
            largest = MathF.Max(largest, logit);
        Span<double> weights = stackalloc double[Vocab];
        var total = 0.0;
        for (var i = 0; i < logits.Length; i++)
            total += weights[i] = Math.Exp((logits[i] - largest) / Temperature);
        var rest = uniform * total;
        for (var i = 0; i < logits.Length; i++)
            if ((rest -= weights[i]) < 0)
                return i;
        return logits.Length - 1;       // rounding, or NaN logits after a diverged run
    }

    /// <summary>The first bytes of the line after <paramref name="place"/>, cut before the line ends; at least one byte.</summary>
    private static ReadOnlySpan<byte> Prompt(byte[] text, int place)
    {
        var rest = text.AsSpan(place);
        var start = 0;
        while (rest[start..].IndexOf((byte)'\n') is >= 0 and var line && start + line + 1 + PromptBytes <= rest.Length)
        {
            start += line + 1;
            if (rest.Slice(start, PromptBytes).IndexOf((byte)'\n') < 0)
                break;
        }
        var prompt = rest.Slice(start, Math.Min(PromptBytes, rest.Length - start));
        var end = prompt.IndexOf((byte)'\n');
        return end > 0 ? prompt[..end] : prompt;
    }

    /// <summary>Bytes the model invents can be control characters; a terminal should not obey them.</summary>
    private static string Printable(string text) => string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
}
