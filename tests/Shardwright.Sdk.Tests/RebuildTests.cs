using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>One project, built again and again: what each build does.</summary>
public sealed class RebuildTests(RebuildTests.Sequence sequence) : IClassFixture<RebuildTests.Sequence>
{
    private const string Trainer = Sources.GeneratedFolder + "/Consuming.Small.Trainer.g.cs";

    [Fact]
    public void FirstBuild_UnderBuildCheck_FindsNothingToSay() => Assert.Empty(sequence.First.Problems);

    [Fact]
    public void SecondBuild_WithoutChange_RunsNeitherCompilerNorTasksOfOurs()
    {
        Assert.False(sequence.Second.Compiled);
        Assert.Empty(sequence.Second.OwnTasks);
    }

    [Fact]
    public void DesignTimeBuild_AddsNoFileAndRunsNoTaskOfOurs()
    {
        Assert.True(sequence.DesignTime.ExitCode == 0, sequence.DesignTime.Output);
        // It did ask for the command line, or this would prove nothing.
        Assert.True(sequence.DesignTime.Compiled);
        Assert.Empty(sequence.DesignTime.OwnTasks);
        Assert.Equal(sequence.FilesBeforeDesignTime, sequence.FilesAfterDesignTime);
    }

    [Fact]
    public void BuildAfterDesignTimeBuild_DoesNotCompile() => Assert.False(sequence.AfterDesignTime.Compiled);

    [Fact]
    public void ChangedProperty_CompilesAnew()
    {
        Assert.True(sequence.OtherMesh.Compiled);
        Assert.NotEqual(sequence.Program, sequence.ProgramOfOtherMesh);
    }

    [Fact]
    public void Scale_OfTheInstalledTasks_WritesItsStudy()
    {
        Assert.True(sequence.Scale.ExitCode == 0, sequence.Scale.Output);
        Assert.All(["plan.json", "report.html", "scale.json", "scale.txt"], file => Assert.Contains(file, sequence.FilesOfScale));
    }

    [Fact]
    public void Clean_LeavesNoFileOfOurs()
    {
        Assert.Equal(0, sequence.Clean.ExitCode);
        Assert.DoesNotContain(sequence.FilesAfterClean, f => f.Contains("Shardwright", StringComparison.OrdinalIgnoreCase) && !f.Contains("nuget", StringComparison.Ordinal));
    }

    /// <summary>The builds, in order.</summary>
    public sealed class Sequence
    {
        public Sequence(Feed feed)
        {
            var consumer = new Consumer(feed, "rebuild", ("Small.csproj", Sources.Project()), ("Model.cs", Sources.Model));
            First = consumer.Build("-check");
            Program = consumer.Read(Trainer);
            Second = consumer.Build();

            FilesBeforeDesignTime = consumer.Files("");
            // As an editor loads a project (Roslyn's build host).
            DesignTime = consumer.Dotnet("msbuild", "-t:Compile;CoreCompile", "-p:DesignTimeBuild=true", "-p:BuildingProject=false", "-p:BuildProjectReferences=false", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true",
                "-p:NonExistentFile=__NonExistentSubDir__/__NonExistentFile__");
            FilesAfterDesignTime = consumer.Files("");
            AfterDesignTime = consumer.Build();

            OtherMesh = consumer.Build("-p:ShardwrightMesh=data=4 expert=2");
            ProgramOfOtherMesh = consumer.Read(Trainer);
            Scale = consumer.Dotnet("build", "-t:ShardwrightScale", "-p:ShardwrightScaleChips=2 8");
            FilesOfScale = consumer.Files("obj/Debug/net10.0/shardwright");
            Clean = consumer.Dotnet("clean");
            FilesAfterClean = consumer.Files("obj");
        }

        internal BuildResult First { get; }
        internal BuildResult Second { get; }
        internal BuildResult DesignTime { get; }
        internal BuildResult AfterDesignTime { get; }
        internal BuildResult OtherMesh { get; }
        internal BuildResult Scale { get; }
        internal BuildResult Clean { get; }
        internal string Program { get; }
        internal string ProgramOfOtherMesh { get; }
        internal string[] FilesBeforeDesignTime { get; }
        internal string[] FilesAfterDesignTime { get; }
        internal string[] FilesOfScale { get; }
        internal string[] FilesAfterClean { get; }
    }
}
