namespace Shardwright.Compiler.Advice;

/// <summary>A rule: one condition on a compiled model, one message. One rule is one file, in the folder of its family.</summary>
public abstract class AdviceRule
{
    /// <summary>Identifier, title, severity, thresholds.</summary>
    public abstract RuleInfo Info { get; }

    /// <summary>Everything that the rule finds in a model. Pure: the same study gives the same findings in the same order.</summary>
    public abstract IEnumerable<Finding> Find(ModelStudy study);
}
