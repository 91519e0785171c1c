using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Fixes;

/// <summary>Attributes on classes and properties: <c>[Mesh]</c>, <c>[Precision]</c>, and single arguments of <c>[Experts]</c>.</summary>
public sealed class AttributeEditTests
{
    static Task Mesh(string before, string after, string arguments = "Data = 8, Expert = 4") => Edits.Change(EditKind.Mesh, arguments, before, after);

    static Task Precision(string before, string after) => Edits.Change(EditKind.Attribute, "Precision(NumberFormat.BFloat16)", before, after);

    static Task Dispatch(string before, string after) => Edits.Change(EditKind.AttributeArgument, "Experts.Dispatch = Dispatch.Auto", before, after);

    [Theory]
    [InlineData("[Model] [Mesh(Data = 4)] class {|SHW3011:Tiny|};", "[Model] [Mesh(Data = 8, Expert = 4)] class {|SHW3011:Tiny|};")]
    [InlineData("[Model, Mesh] class {|SHW3011:Tiny|};", "[Model, Mesh(Data = 8, Expert = 4)] class {|SHW3011:Tiny|};")]
    [InlineData("[Model, Mesh()] class {|SHW3011:Tiny|};", "[Model, Mesh(Data = 8, Expert = 4)] class {|SHW3011:Tiny|};")]
    [InlineData("[Model, Shardwright.Mesh(Data = 4, Expert = 2)] class {|SHW3011:Tiny|};", "[Model, Shardwright.Mesh(Data = 8, Expert = 4)] class {|SHW3011:Tiny|};")]
    [InlineData("[Model, MeshAttribute(Expert = 2 /* a node */, Data = 4)] class {|SHW3011:Tiny|};", "[Model, MeshAttribute(Expert = 4 /* a node */, Data = 8)] class {|SHW3011:Tiny|};")]
    [InlineData("[Model] class {|SHW3011:Tiny|};", "[Model, Mesh(Data = 8, Expert = 4)] class {|SHW3011:Tiny|};")]
    [InlineData("[Model]\n[Training] // by AdamW\nclass {|SHW3011:Tiny|};", "[Model, Mesh(Data = 8, Expert = 4)]\n[Training] // by AdamW\nclass {|SHW3011:Tiny|};")]
    [InlineData("[Model,\n Mesh(Data = 4, // ranks\n      Expert = 2)]\nclass {|SHW3011:Tiny|};", "[Model,\n Mesh(Data = 8, // ranks\n      Expert = 4)]\nclass {|SHW3011:Tiny|};")]
    [InlineData("/// <summary>A.</summary>\nclass {|SHW3011:Tiny|};", "/// <summary>A.</summary>\n[Mesh(Data = 8, Expert = 4)]\nclass {|SHW3011:Tiny|};")]
    [InlineData("class B\n{\n    // Nested.\n    class {|SHW3011:Tiny|};\n}", "class B\n{\n    // Nested.\n    [Mesh(Data = 8, Expert = 4)]\n    class {|SHW3011:Tiny|};\n}")]
    [InlineData("class B;\r\nclass {|SHW3011:Tiny|}\r\n{\r\n}\r\n", "class B;\r\n[Mesh(Data = 8, Expert = 4)]\r\nclass {|SHW3011:Tiny|}\r\n{\r\n}\r\n")]
    public Task Mesh_IsWrittenHoweverItStands(string before, string after) => Mesh(before, after);

    [Fact]
    public Task ArgumentThatTheMeshNoLongerHas_Goes() => Mesh("[Model, Mesh(Data = 4, Expert = 2)] class {|SHW3011:Tiny|};", "[Model, Mesh(Data = 8)] class {|SHW3011:Tiny|};", "Data = 8");

    [Fact]
    public Task Mesh_AtItsOwnPlace_IsWritten() => Edits.Change(EditKind.Mesh, "Data = 8", "[Model, {|SHW3011:Mesh(Expert = 1)|}] class A;", "[Model, Mesh(Data = 8)] class A;");

    [Fact]
    public Task Mesh_OnAnotherPartOfTheClass_IsWrittenThere() => Edits.Change(EditKind.Mesh, "Data = 8",
        ["[Model] partial class {|SHW3011:Tiny|};", "[Mesh(Data = 4)] partial class {|SHW3011:Tiny|};"], ["[Model] partial class {|SHW3011:Tiny|};", "[Mesh(Data = 8)] partial class {|SHW3011:Tiny|};"]);

    [Fact]
    public Task SameMesh_IsNotOffered() => Edits.Offer(EditKind.Mesh, "Data = 8, Expert = 4", "[Model, Mesh(Data = 8, Expert = 4)] class {|SHW3011:Tiny|};");

    [Fact]
    public Task EveryModel_IsWrittenTogether() => Mesh("namespace A { [Model] class {|SHW3011:Tiny|}; } namespace B { [Model] class {|SHW3011:Tiny|}; }", "namespace A { [Model, Mesh(Data = 8)] class {|SHW3011:Tiny|}; } namespace B { [Model, Mesh(Data = 8)] class {|SHW3011:Tiny|}; }", "Data = 8");

    [Fact]
    public Task Place_InAnotherFile_IsWrittenThere() => Edits.Change(EditKind.Mesh, "Data = 8", ["class {|SHW3011:Other|};", "[Model] class A;"], ["class {|SHW3011:Other|};", "[Model, Mesh(Data = 8)] class A;"], at: "class A");

    [Theory]
    [InlineData("[Model, Precision(NumberFormat.Float32, Stochastic = true)] class {|SHW3011:Tiny|};", "[Model, Precision(NumberFormat.BFloat16)] class {|SHW3011:Tiny|};")]
    [InlineData("class B { int NumberFormat => 1;\n    [Frozen] public Parameter {|SHW3011:Weight|} { get; } = new(1); }", "class B { int NumberFormat => 1;\n    [Frozen, Precision(Shardwright.NumberFormat.BFloat16)] public Parameter {|SHW3011:Weight|} { get; } = new(1); }")]
    [InlineData("class PrecisionAttribute : Attribute;\nclass {|SHW3011:Tiny|};\n", "class PrecisionAttribute : Attribute;\n[Shardwright.Precision(NumberFormat.BFloat16)]\nclass {|SHW3011:Tiny|};\n")]
    public Task Names_OfOthers_AreNotMistaken(string before, string after) => Precision(before, after);

    [Fact]
    public Task Field_CannotHaveIt() => Edits.Offer(EditKind.Attribute, "Precision(NumberFormat.BFloat16)", "class B { public readonly Parameter {|SHW3011:Weight|} = new(1); }");

    static string Group(string before) => "[Module] class Part : IExpert { public Tensor<float> Forward(Tensor<float> x) => x; }\nclass A\n{\n    // The experts.\n    " + before + "public ExpertGroup<Part> {|SHW3011:Sparse|} { get; } = new(4, 2, () => new());\n}";

    [Theory]
    [InlineData("", "[Experts(Dispatch = Dispatch.Auto)]\n    ")]
    [InlineData("[Experts]\n    ", "[Experts(Dispatch = Dispatch.Auto)]\n    ")]
    [InlineData("[Frozen]\n    ", "[Frozen, Experts(Dispatch = Dispatch.Auto)]\n    ")]
    [InlineData("[field: NonSerialized] ", "[Experts(Dispatch = Dispatch.Auto)]\n    [field: NonSerialized] ")]
    [InlineData("[Experts(Placement = Placement.Adaptive)] ", "[Experts(Placement = Placement.Adaptive, Dispatch = Dispatch.Auto)] ")]
    [InlineData("[Experts(Dispatch = Shardwright.Dispatch.Gathered /* all */, Placement = Placement.Adaptive)] ", "[Experts(Dispatch = Dispatch.Auto /* all */, Placement = Placement.Adaptive)] ")]
    public Task Argument_IsSetAndOthersStay(string before, string after) => Dispatch(Group(before), Group(after));

    [Fact]
    public Task SameArgument_IsNotOffered() => Edits.Offer(EditKind.AttributeArgument, "Experts.Dispatch = Dispatch.Auto", Group("[Experts(Dispatch = Dispatch.Auto)] "));
}
