namespace Shardwright.Execution;

/// <summary>What must hold between a plan and its mesh, and how much address space its routed stack may need.</summary>
internal static class PlanCheck
{
    public static void Require(ProgramPlan plan)
    {
        That(plan.Data >= 1 && plan.Expert >= 1 && plan.Data % plan.Expert == 0, plan, $"mesh data={plan.Data}, expert={plan.Expert}", "both at least 1 and Expert to divide Data");
        That(plan.Batch >= 1 && plan.Batch % plan.Data == 0, plan, $"a batch of {plan.Batch} sequences on {plan.Data} data ranks", "a batch that Data divides");
        That(plan.MicroBatches >= 1, plan, $"{plan.MicroBatches} micro-batches", "at least 1");
        That(plan.OutputElements % plan.Data == 0, plan, $"{plan.OutputElements} output elements on {plan.Data} data ranks", "a number that Data divides");
        foreach (var slot in plan.Parameters)
            That(slot.Experts % plan.Expert == 0, plan, $"{slot.Experts} experts in {slot.Path} on {plan.Expert} expert ranks", "a number of experts that Expert divides");
        foreach (var site in plan.Experts)
            That(site.ExpertCount % plan.Expert == 0 && site.TopK >= 1 && site.TopK <= site.ExpertCount, plan,
                $"top-{site.TopK} of {site.ExpertCount} experts in {site.Path} on {plan.Expert} expert ranks", "a number of experts that Expert divides, and k between 1 and it");
        foreach (var input in plan.Inputs)
            That(!input.Sharded || (input.Shape.Length > 0 && input.Shape[0] % plan.Data == 0), plan, $"input {input.Name} of shape [{string.Join(", ", input.Shape)}] on {plan.Data} data ranks", "dimension 0 that Data divides");
    }

    /// <summary>
    /// Address space for the routed stack: its worst case, and as much again as the padded or gathered dispatch may take as scratch. Pages that are never written cost nothing.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="anyPlan">Whether a planner of the user's own places experts.</param>
    public static long RoutedReserve(ProgramPlan plan, bool anyPlan = false)
    {
        long groupTokens = plan.Tokens / (plan.Data / plan.Expert);
        long scratch = plan.Experts.Select(site => 2 * RoutedStack.RoundRows(checked((int)(groupTokens * site.TopK))) * (site.SavedBytesPerRow + site.WorkingBytesPerRow)).DefaultIfEmpty().Max();
        return (anyPlan ? plan.WorstPeakBytesOfAnyPlan : plan.WorstPeakBytes) - (plan.StaticBytes - plan.TemporaryBytes) + scratch;
    }

    private static void That(bool holds, ProgramPlan plan, string got, string need)
    {
        if (!holds)
            throw new ArgumentException($"Plan of {plan.Model}: got {got}, need {need}.");
    }
}
