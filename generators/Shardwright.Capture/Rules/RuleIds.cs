namespace Shardwright.Capture.Rules;

/// <summary>The rules that capture reports. An identifier stands for a reason, never for a keyword; their texts live with the analyzer.</summary>
public static class RuleIds
{
    public const string CannotContinue = "SHW0001";
    public const string InternalError = "SHW0002";
    public const string CompilerTooOld = "SHW0003";
    public const string MachineFile = "SHW0004";
    public const string CannotCapture = "SHW1001";
    public const string DataDependent = "SHW1002";
    public const string NoSource = "SHW1003";
    public const string InPlace = "SHW1004";
    public const string ModelDeclaration = "SHW1005";
    public const string Recursion = "SHW1006";
    public const string ModelInputs = "SHW1007";
    public const string MemberCannotBeCaptured = "SHW1008";
    public const string OptionOutOfRange = "SHW1009";
    public const string ModuleGraph = "SHW1017";
    public const string ShardAxis = "SHW2004";
}
