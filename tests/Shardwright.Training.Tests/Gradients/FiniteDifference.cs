using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Training.Tests.Interpretation;

namespace Shardwright.Training.Tests.Gradients;

/// <summary>Compares the gradients of a program's backward pass with differences of its forward pass, in double precision and with the routing held fixed.</summary>
internal static class FiniteDifference
{
    /// <summary>The relative L2 error that a correct gradient stays below.</summary>
    public const double Tolerance = 1e-6;

    // Fourth-order central differences reach ± 2 steps; their error is far below the second-order formula's at the same reach.
    private const double Step = 5e-5;

    /// <summary>Every element of every block.</summary>
    public static void AssertEveryElement(BuiltProgram program, ProgramInputs inputs)
    {
        new ProgramInterpreter(inputs).Run(program.Root, backward: true);
        inputs.Routing.IsFrozen = true;
        foreach (var parameter in Trained(program))
        {
            var gradient = inputs.Gradient(parameter);
            var expected = Enumerable.Range(0, gradient.Length).Select(i => Slope(program.Root, inputs, inputs.Parameter(parameter), [(i, 1)])).ToArray();
            AssertClose(parameter.Path, gradient, expected);
        }
    }

    /// <summary>One random direction for every parameter, through all its instances and experts.</summary>
    public static void AssertDirections(Func<double> objective, ProgramInputs inputs, IEnumerable<ParameterDeclaration> parameters, Random random)
    {
        foreach (var parameter in parameters)
        {
            var gradient = inputs.Gradient(parameter);
            var direction = gradient.Select((_, i) => (Index: i, Part: random.NextDouble() - 0.5)).ToArray();
            var length = Math.Sqrt(direction.Sum(d => d.Part * d.Part));
            direction = [.. direction.Select(d => (d.Index, d.Part / length))];
            var expected = Slope(objective, inputs.Parameter(parameter), direction);
            var actual = direction.Sum(d => gradient[d.Index] * d.Part);
            // A direction nearly across the gradient has a slope of little meaning: the expected size of a slope, length ÷ √n, is the scale then.
            var scale = Math.Sqrt(gradient.Sum(g => g * g) / gradient.Length);
            Assert.True(Math.Abs(actual - expected) <= Tolerance * Math.Max(scale, Math.Abs(expected)), $"{parameter.Path}: gradient says {actual:R}, differences say {expected:R}");
        }
    }

    public static IEnumerable<ParameterDeclaration> Trained(BuiltProgram program) => program.Parameters.Where(p => !p.Frozen && !p.IsState);

    private static double Slope(Region program, ProgramInputs inputs, double[] block, (int Index, double Part)[] direction) => Slope(
        () =>
        {
            var run = new ProgramInterpreter(inputs);
            run.Run(program, backward: false);
            return run.Objective;
        },
        block, direction);

    private static double Slope(Func<double> objective, double[] block, (int Index, double Part)[] direction)
    {
        var original = (double[])block.Clone();
        var slope = ((8 * (At(1) - At(-1))) - (At(2) - At(-2))) / (12 * Step);
        original.CopyTo(block, 0);
        return slope;

        double At(int steps)
        {
            foreach (var (index, part) in direction)
                block[index] = original[index] + (steps * Step * part);
            return objective();
        }
    }

    private static void AssertClose(string path, double[] actual, double[] expected)
    {
        var error = Math.Sqrt(actual.Zip(expected, (a, e) => (a - e) * (a - e)).Sum());
        var norm = Math.Sqrt(expected.Sum(e => e * e));
        Assert.True(error <= (Tolerance * norm) + 1e-10, $"{path}: relative error {error / norm:e1}\n  gradient    {Join(actual)}\n  differences {Join(expected)}");
    }

    private static string Join(double[] values) => string.Join(" ", values.Take(16).Select(v => v.ToString("g6", System.Globalization.CultureInfo.InvariantCulture)));
}
