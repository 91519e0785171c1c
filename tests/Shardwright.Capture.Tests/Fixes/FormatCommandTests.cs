using System.Diagnostics;
using Shardwright.Analyzers;
using Shardwright.CodeFixes;
using Shardwright.Compiler;

namespace Shardwright.Capture.Tests.Fixes;

/// <summary><c>dotnet format analyzers</c> finds the analyzers of a project and applies their fixes, across files.</summary>
public sealed class FormatCommandTests
{
    const string Model = """
        using System.Numerics.Tensors;
        using Shardwright;

        [Model]
        public sealed partial class Tiny
        {
            public const int Batch = 8;
            public Layer Layer { get; } = new(Sizes.Width);
            public Tensor<float> Forward([Shape(nameof(Batch), "8"), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Layer.Forward(x);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }

        """;

    const string Layer = """
        using System.Numerics.Tensors;
        using Shardwright;

        [Module]
        public sealed class Layer(int width)
        {
            public Parameter Router { get; } = new(width, 16);

            /// <summary>Kept.</summary>
            public ExpertGroup<Expert> Group { get; } = new(16, Sizes.TopK, () => new(width)); // kept

            public Tensor<float> Forward(Tensor<float> x)
            {
                x += Group.Forward(x, Nn.MatMul(x, Router));
                return x;
            }
        }

        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter Weight { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);
        }

        public static class Sizes { public const int Width = 8, TopK = 2; }

        """;

    static string Project => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><LangVersion>14</LangVersion><Nullable>enable</Nullable></PropertyGroup>
          <ItemGroup>
            <Reference Include="{typeof(Parameter).Assembly.Location};{typeof(System.Numerics.Tensors.Tensor).Assembly.Location}" />
            <Analyzer Include="{string.Join(';', new[] { typeof(ModelAnalyzer), typeof(SuggestedFix), typeof(ModuleCapture), typeof(ModelCompiler), typeof(Shardwright.Hardware.Machine) }.Select(t => t.Assembly.Location))}" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public async Task FormatAnalyzers_AppliesFixes()
    {
        var folder = Directory.CreateTempSubdirectory("shardwright-format-");
        try
        {
            void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);
            string Read(string name) => File.ReadAllText(Path.Combine(folder.FullName, name)).ReplaceLineEndings("\n");
            Write("Format.csproj", Project);
            Write("Tiny.cs", Model);
            Write("Layer.cs", Layer);

            // An error first: nothing else is known of a class that cannot be captured.
            await Dotnet(folder, "format", "analyzers", "Format.csproj", "--diagnostics", "SHW1004");
            await Dotnet(folder, "format", "analyzers", "Format.csproj", "--no-restore", "--diagnostics", "SHW5003");

            Assert.Equal(Model, Read("Tiny.cs"));
            Assert.Equal(Layer.Replace("x += Group", "x = x + Group", StringComparison.Ordinal).Replace("() => new(width)); // kept", "() => new(width)) { BalanceLoss = 0.01f }; // kept", StringComparison.Ordinal), Read("Layer.cs"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task Dotnet(DirectoryInfo folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {process.ExitCode}\n{await output}{await errors}");
    }
}
