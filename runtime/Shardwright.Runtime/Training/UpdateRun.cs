namespace Shardwright.Execution;

/// <summary>
/// Parameter blocks that lie behind one another in the same order in all four parts of the arena, and so are updated as one array, the padding between
/// them included: it holds zeros, which AdamW keeps. Offsets in bytes, length in floats.
/// </summary>
internal readonly record struct UpdateRun(long Offset, long GradientOffset, long MeanOffset, long VarianceOffset, int Length, bool Decay)
{
    private const int Alignment = 64;

    private long End => Offset + (long)Length * sizeof(float);

    /// <summary>The fewest runs that cover every trained block of the plan once.</summary>
    public static UpdateRun[] Merge(ProgramPlan plan)
    {
        var runs = new List<UpdateRun>();
        foreach (var block in Blocks(plan).OrderBy(block => block.Offset))
        {
            if (runs.Count > 0 && runs[^1].Joined(block) is { } longer)
                runs[^1] = longer;
            else
                runs.Add(block);
        }
        return [.. runs];
    }

    private static IEnumerable<UpdateRun> Blocks(ProgramPlan plan)
    {
        foreach (var slot in plan.Parameters.Where(slot => !slot.Frozen))
        {
            int length = checked(slot.Elements * slot.LocalExperts(plan));
            for (int instance = 0; instance < slot.Instances; instance++)
            {
                long start = (long)instance * length * sizeof(float);
                yield return new(slot.Offset + start, slot.GradientOffset + start, slot.MeanOffset + start, slot.VarianceOffset + start, length, slot.Decay);
            }
        }
    }

    private UpdateRun? Joined(UpdateRun next)
    {
        long distance = next.Offset - Offset, length = distance / sizeof(float) + next.Length;
        // Instances touch, parameters begin at the next line: a gap of another size may belong to something else.
        bool inLine = (next.Offset == End || next.Offset == (End + Alignment - 1) / Alignment * Alignment) && length <= int.MaxValue
            && next.GradientOffset - GradientOffset == distance && next.MeanOffset - MeanOffset == distance && next.VarianceOffset - VarianceOffset == distance;
        return inLine && next.Decay == Decay ? this with { Length = (int)length } : null;
    }
}
