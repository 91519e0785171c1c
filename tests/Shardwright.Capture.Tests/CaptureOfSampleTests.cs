using Microsoft.CodeAnalysis;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Tests;

public sealed class CaptureOfSampleTests
{
    static readonly Compilation compilation = Capturing.Compile([.. SampleSources.Files]);

    [Fact]
    public void Sample_AnyClass_HasNoErrors()
    {
        foreach (var type in new[] { "SparseLanguageModel", "DecoderBlock", "SwiGlu" })
        {
            var module = compilation.Capture("SparseLanguage." + type);
            Assert.Empty(module.Diagnostics);
            Assert.False(module.Graph.HasErrors);
        }
    }

    [Fact]
    public void Model_Options_AreThoseOfItsAttributes()
    {
        var graph = compilation.Capture("SparseLanguage.SparseLanguageModel").Graph;
        Assert.True(graph.IsModel);
        Assert.Equal(new ModelOptions("SparseLanguage", "SparseLanguageModel", "public", false, 4, 4, "AdamW", 1, true), graph.Options! with { MeshSite = -1 });
        Assert.Contains(new NamedConstant("Context", 128), graph.Constants);
    }

    [Fact]
    public void Model_Members_AreParametersAndBlocks()
    {
        var members = compilation.Capture("SparseLanguage.SparseLanguageModel").Graph.Members;
        Assert.Equal(["Embedding", "FinalNorm", "Blocks"], members.Select(m => m.Name));
        var blocks = Assert.IsType<RepeatedMember>(members[2]);
        Assert.Equal("SparseLanguage.DecoderBlock", blocks.Type);
        Assert.Equal(4, Assert.IsType<Literal>(blocks.Count).Value);
        Assert.Equal(["width", "hidden", "heads"], blocks.Arguments.Select(a => a.Name));
        Assert.True(Assert.IsType<ParameterMember>(members[0]).NoDecay);
    }

    [Fact]
    public void Model_Forward_LoopsOverItsBlocks()
    {
        var forward = compilation.Capture("SparseLanguage.SparseLanguageModel").Graph.Methods.Single(m => m.Key == "Forward");
        Assert.Equal(["Batch", "Context"], forward.Parameters[0].Shape);
        Assert.Equal("integers", forward.Parameters[0].Kind);
        Assert.Equal(new Shard("Data", 0), Assert.Single(forward.Parameters[0].Shards));
        Assert.Collection(forward.Body,
            s => Assert.Equal("Embed", Assert.IsType<OperationCall>(Assert.IsType<Assignment>(s).Value).Operation),
            s =>
            {
                var loop = Assert.IsType<ForEach>(s);
                Assert.Equal("Blocks", Assert.IsType<MemberAccess>(loop.Collection).Name);
                var call = Assert.IsType<MethodCall>(Assert.IsType<Assignment>(Assert.Single(loop.Body)).Value);
                Assert.Equal(("Forward", "SparseLanguage.DecoderBlock"), (call.Key, call.Type));
                Assert.Equal("block", Assert.IsType<Local>(call.Target).Name);
            },
            s => Assert.Equal("MatMul", Assert.IsType<OperationCall>(Assert.IsType<Return>(s).Value).Operation));
    }

    [Fact]
    public void Model_Loss_CallsForwardOnItself()
    {
        var loss = compilation.Capture("SparseLanguage.SparseLanguageModel").Graph.Methods.Single(m => m.Key == "Loss");
        var crossEntropy = Assert.IsType<OperationCall>(Assert.IsType<Return>(Assert.Single(loss.Body)).Value);
        Assert.Equal(["logits", "targets"], crossEntropy.Arguments.Select(a => a.Name));
        var forward = Assert.IsType<MethodCall>(crossEntropy.Arguments[0].Value);
        Assert.Null(forward.Target);
        Assert.Null(forward.Type);
    }

    [Fact]
    public void Block_ExpertGroup_HasItsSizesAndSettings()
    {
        var group = compilation.Capture("SparseLanguage.DecoderBlock").Graph.Members.OfType<ExpertGroupMember>().Single();
        Assert.Equal("SparseLanguage.SwiGlu", group.Type);
        Assert.Equal((8, 2), ((int)((Literal)group.Count).Value, (int)((Literal)group.TopK).Value));
        Assert.Equal("hidden", Assert.IsType<ConstructorArgument>(group.Arguments[1].Value).Name);
        Assert.Equal(0.01f, Assert.IsType<Literal>(Assert.Single(group.Settings).Value).Value);
        Assert.Equal(("Static", "Variable"), (group.Placement, group.Dispatch));
    }

    [Fact]
    public void Block_ShardedParameter_NamesAxisAndDimension()
    {
        var query = compilation.Capture("SparseLanguage.DecoderBlock").Graph.Members.OfType<ParameterMember>().Single(m => m.Name == "Query");
        Assert.Equal(new Shard("Tensor", 1), Assert.Single(query.Shards));
    }

    [Fact]
    public void Expert_TensorOperator_IsABinary()
    {
        var graph = compilation.Capture("SparseLanguage.SwiGlu").Graph;
        Assert.True(graph.IsExpert);
        var down = Assert.IsType<OperationCall>(Assert.IsType<Return>(Assert.Single(graph.Methods.Single().Body)).Value);
        Assert.Equal("*", Assert.IsType<Binary>(down.Arguments[0].Value).Operator);
        Assert.Equal("Down", Assert.IsType<MemberAccess>(down.Arguments[1].Value).Name);
    }

    [Fact]
    public void Sources_StatementSites_HaveRelativePathLineAndText()
    {
        var module = compilation.Capture("SparseLanguage.DecoderBlock");
        var statement = module.Graph.Methods.Single().Body[2];
        var site = module.Sources.Sites[statement.Site];
        var line = SampleSources.Files[1].Code.Split('\n').ToList().FindIndex(l => l.Contains("x = x + Nn.MatMul(attended, Output);", StringComparison.Ordinal)) + 1;
        Assert.Equal(("DecoderBlock.cs", line, 9, "x = x + Nn.MatMul(attended, Output)"), (site.Path, site.Line, site.Column, site.Text));
        Assert.Equal(Enumerable.Range(0, module.Sources.Sites.Count), module.Sources.Sites.Select(s => s.Site));
    }
}
