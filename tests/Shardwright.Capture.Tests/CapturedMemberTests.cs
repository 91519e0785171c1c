using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Tests;

public sealed class CapturedMemberTests
{
    [Theory]
    [InlineData("public int Size { get; } = width / heads;")]
    [InlineData("public int Size => width / heads;")]
    [InlineData("public int Size { get { return width / heads; } }")]
    [InlineData("readonly int Size = width / heads;")]
    public void Number_HoweverDeclared_IsAScalar(string declaration)
    {
        var module = Capturing.Module(declaration + " public Tensor<float> Forward(Tensor<float> x) => Nn.Rope(x, Size);");
        Assert.Empty(module.Diagnostics);
        Assert.Equal("/", Assert.IsType<Binary>(module.Graph.Members.OfType<ScalarMember>().Single().Value).Operator);
    }

    [Fact]
    public void Number_ThatCannotBeCapturedAndIsNotUsed_IsNoError()
    {
        var module = Capturing.Module("public int Count { get; set; } = Environment.TickCount; public string Name => \"x\" + width; public Tensor<float> Forward(Tensor<float> x) => x;");
        Assert.Empty(module.Diagnostics);
        Assert.DoesNotContain(module.Graph.Members, m => m is ScalarMember);
    }

    [Fact]
    public void State_IsAMemberWithItsShape()
    {
        var state = Capturing.Module("[State] public State Bias { get; } = new(heads, width * 2);").Graph.Members.OfType<StateMember>().Single();
        Assert.Equal(2, state.Shape.Count);
    }

    [Fact]
    public void SubModule_AtItsOwnSize_KeepsItsArguments()
    {
        var compilation = Capturing.Compile(("/project/M.cs", """
            [Module] public sealed class Mixer(int width, int factor = 2) { public Parameter Up { get; } = new(width, width * factor); }
            [Module] public sealed class M(int width)
            {
                public Mixer Narrow { get; } = new(width);
                [Frozen] public Mixer Wide { get; } = new(factor: 4, width: width);
            }
            """));
        var members = compilation.Capture("M").Graph.Members.Cast<ModuleMember>().ToArray();
        Assert.Equal(["width"], members[0].Arguments.Select(a => a.Name));
        Assert.Equal(["width", "factor"], members[1].Arguments.Select(a => a.Name));
        Assert.Equal([false, true], members.Select(m => m.Frozen));
        Assert.Equal(2, Assert.IsType<Literal>(compilation.Capture("Mixer").Graph.Constructor[1].Default).Value);
    }

    [Fact]
    public void Recompute_IsOfTheClassOrOfTheProperty()
    {
        var compilation = Capturing.Compile(("/project/M.cs", """
            [Module, Recompute] public sealed class E(int width) : IExpert { public Parameter W { get; } = new(width, width); public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, W); }
            [Module] public sealed class M(int width)
            {
                public E One { get; } = new(width);
                [Recompute] public E Two { get; } = new(width);
                [Recompute] public Repeated<E> Many { get; } = new(2, () => new(width));
                [Experts, Recompute] public ExpertGroup<E> Experts { get; } = new(8, 2, () => new(width));
            }
            """));
        var module = compilation.Capture("M");

        Assert.Empty(module.Diagnostics);
        Assert.Equal([false, true, true, true], module.Graph.Members.Select(m => m.Recompute));
        Assert.Equal((false, true), (module.Graph.Recompute, compilation.Capture("E").Graph.Recompute));
    }

    [Fact]
    public void ExpertsAttribute_NamesPlacementAndDispatch()
    {
        var compilation = Capturing.Compile(("/project/M.cs", """
            [Module] public sealed class E(int width) : IExpert { public Parameter W { get; } = new(width, width); public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, W); }
            [Module] public sealed class M(int width)
            {
                [Experts(Dispatch = Dispatch.Padded, Placement = Placement.Adaptive)]
                public ExpertGroup<E> Experts { get; } = new(8, 2, () => new(width)) { RouterZLoss = 1e-3f, BalanceLoss = 0.01f };
            }
            """));
        var group = Assert.IsType<ExpertGroupMember>(Assert.Single(compilation.Capture("M").Graph.Members));
        Assert.Equal(("Adaptive", "Padded"), (group.Placement, group.Dispatch));
        Assert.Equal(["RouterZLoss", "BalanceLoss"], group.Settings.Select(s => s.Name));
    }

    [Fact]
    public void PartialClass_InTwoFiles_IsOneModule()
    {
        var compilation = Capturing.Compile(
            ("/project/A.cs", "[Module] public sealed partial class M(int width) { public Parameter A { get; } = new(width); }"),
            ("/project/B.cs", "partial class M { public Parameter B { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => x + A + B; }"));
        var module = compilation.Capture("M");
        Assert.Empty(module.Diagnostics);
        Assert.Equal(["A", "B"], module.Graph.Members.Select(m => m.Name));
        Assert.Contains(module.Sources.Sites, s => s.Path == "B.cs");
    }

    [Fact]
    public void GeneratedPart_OfAModel_IsNotCaptured()
    {
        var compilation = Capturing.Compile(("/project/M.cs", "[Module] public sealed partial class M(int width) { public Parameter A { get; } = new(width); }"),
            ("/obj/M.g.cs", "partial class M { public Tensor<float> Objective(Tensor<float> x) { throw new Exception(); } }"));
        var module = compilation.Capture("M");
        Assert.Empty(module.Diagnostics);
        Assert.Empty(module.Graph.Methods);
    }
}
