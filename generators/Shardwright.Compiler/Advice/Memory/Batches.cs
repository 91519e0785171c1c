using System.Globalization;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>A model with another number of sequences in a micro-batch. Only inputs and the constants that size them change; a model that uses its batch elsewhere does not compile with it, and the question has no answer.</summary>
internal static class Batches
{
    /// <param name="linked">The model.</param>
    /// <param name="sequences">Sequences of a global micro-batch.</param>
    /// <param name="microBatches">Micro-batches of a step.</param>
    public static LinkedModel With(LinkedModel linked, int sequences, int microBatches) => ModelStudy.WithModel(linked, model =>
    {
        var names = new HashSet<string>(model.Methods.SelectMany(m => m.Parameters).Where(p => p.Shape.Count > 0).Select(p => p.Shape[0]), StringComparer.Ordinal);
        string number = sequences.ToString(CultureInfo.InvariantCulture);
        return model with
        {
            Options = model.Options! with { MicroBatches = microBatches },
            Constants = model.Constants.Select(c => names.Contains(c.Name) ? c with { Value = sequences } : c).ToEquatable(),
            Methods = model.Methods.Select(m => m with { Parameters = m.Parameters.Select(p => p.Shape.Count > 0 && IsNumber(p.Shape[0]) ? p with { Shape = p.Shape.Skip(1).Prepend(number).ToEquatable() } : p).ToEquatable() }).ToEquatable(),
        };

        static bool IsNumber(string text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);
    });
}
