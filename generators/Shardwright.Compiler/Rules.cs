namespace Shardwright.Compiler;

/// <summary>The rules that the compiler proper reports; their descriptors are the analyzer's.</summary>
public static class Rules
{
    public const string
        InternalError = "SHW0002",
        ShapeMismatch = "SHW1010",
        UnknownName = "SHW1011",
        CarriedShape = "SHW1012",
        NotRowWise = "SHW1013",
        NoGradient = "SHW1014",
        MissingInput = "SHW1015",
        Indivisible = "SHW2001",
        ExpertDividesData = "SHW2002",
        MovesSequence = "SHW2003",
        TopKAboveExperts = "SHW5001",
        RouterSetting = "SHW5002";
}
