using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>
/// A size that fills the tensor engine's tiles badly: fill = FLOPs of the product ÷ FLOPs that its tiles could have done in the same time (<see cref="SystolicArray"/>, <see cref="EfficiencyModel"/>). Only products that the tensor engine decides count.
/// </summary>
public sealed class TileFill : AdviceRule
{
    const string LeastFill = "least_fill_percent", LeastShare = "least_step_percent";

    public override RuleInfo Info { get; } = new("SHW3009", "A size fills the tensor engine's tiles badly", RuleSeverity.Warning)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastFill, 80, 1, 100), new RuleOption(LeastShare, 1, 0, 100)),
    };

    sealed record Padded(Statement Statement, ParameterDeclaration Parameter, int Dimension, Cause Size);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var rates = study.Machine.Rank;
        double least = study.Option(Info, LeastFill) / 100;
        var padded = new List<Padded>();
        foreach (var statement in study.Statements.Where(s => s.Cost.Times.Bound == Engine.Tensor && ParameterOf(s.Node) is not null))
        {
            var parameter = ParameterOf(statement.Node)!;
            if (Fill(rates, Products(statement, study)) >= least)
                continue;
            for (int dimension = 0; dimension < 2; dimension++)
                if (IsPadded(rates, Products(statement, study), parameter.Shape[dimension]) && DeclaredSize.Of(study.Linked, parameter, dimension) is { } size)
                    padded.Add(new(statement, parameter, dimension, size));
        }
        foreach (var group in padded.GroupBy(p => p.Size))
            if (group.Sum(p => p.Statement.Picoseconds) >= study.Step * study.Option(Info, LeastShare) / 100)
                yield return Of(study, group.Key, [.. group], least);
    }

    Finding Of(ModelStudy study, Cause size, IReadOnlyList<Padded> padded, double least)
    {
        var rates = study.Machine.Rank;
        var first = padded.OrderByDescending(p => p.Statement.Picoseconds).ThenBy(p => p.Statement.Index).First();
        int got = first.Parameter.Shape[first.Dimension], side = rates.TileSide;
        int next = (got + side - 1) / side * side, below = got / side * side;
        var products = padded.Select(p => p.Statement).Distinct().ToList();
        double fill = Fill(rates, [.. products.SelectMany(s => Products(s, study))]);
        return new(Info, ModelStudy.Of(first.Parameter),
            $"{got}, a size of {string.Join(", ", padded.Select(p => $"'{p.Parameter.Path}'").Distinct().Take(4))}, is no multiple of {side}: {(products.Count == 1 ? "a product fills" : $"{products.Count} products fill")} {AdviceText.Percent(fill)} of the tensor engine's {side} × {side} tiles on {study.Target} "
            + $"(need {AdviceText.Percent(least)}) and {(products.Count == 1 ? "takes" : "take")} {AdviceText.Duration(products.Sum(s => s.Picoseconds))} of a step of {AdviceText.Duration(study.Step)}. {Compared(study, size, got, next)}{(below > 0 ? "; " + Compared(study, size, got, below) : "")}")
        {
            Also = padded.Select(p => ModelStudy.Of(p.Parameter)).Where(at => at != ModelStudy.Of(first.Parameter)).Distinct().ToEquatable(),
            Fixes = EquatableArray.Of(new Fix($"Make it {next}", EquatableArray.Of(new Edit(EditKind.Number, size, next.ToString(System.Globalization.CultureInfo.InvariantCulture))))),
        };
    }

    /// <summary>What another size costs: both sides of it, since it is another model.</summary>
    static string Compared(ModelStudy study, Cause size, int got, int wanted)
    {
        if (DeclaredSize.Change(study, size, got, wanted) is not { } plan)
            return $"{wanted} is the nearest {(wanted > got ? "larger" : "smaller")} one that fills them";
        double step = (double)plan.Estimate!.Summary.Picoseconds / study.Step - 1, work = plan.Estimate.Summary.Flops / study.Estimate.Summary.Flops - 1;
        return $"{wanted} makes the step {AdviceText.Percent(Math.Abs(step))} {(step > 0 ? "longer" : "shorter")} for {AdviceText.Percent(Math.Abs(work))} {(work > 0 ? "more" : "less")} work";
    }

    /// <summary>Whether rounding a size up to whole tiles makes the fill better: a size that moves past the tiles is not padded.</summary>
    static bool IsPadded(RankRates rates, IReadOnlyList<MatrixWork> products, int size)
    {
        int whole = (size + rates.TileSide - 1) / rates.TileSide * rates.TileSide;
        return whole != size && Fill(rates, [.. products.Select(Rounded)]) > Fill(rates, products) * 1.1;

        MatrixWork Rounded(MatrixWork p) => p with { Rows = Whole(p.Rows), Inner = Whole(p.Inner), Columns = Whole(p.Columns) };

        long Whole(long n) => n == size ? whole : n;
    }

    static ParameterDeclaration? ParameterOf(Node node) =>
        (node.Op switch { MatMul => node.Input(1).Storage.Parameter, MatMulGradient => node.GradientOf, _ => null }) is { IsState: false, Shape.Count: 2 } parameter ? parameter : null;

    static IReadOnlyList<MatrixWork> Products(Statement statement, ModelStudy study)
    {
        var op = statement.Cost.Op;
        if (op.Site < 0)
            return op.Work.Products;
        var site = study.Plan.Step!.Program.Sites[op.Site];
        int experts = site.Experts / study.Plan.Mesh.Expert;
        return [.. op.Work.Products.Select(p => p.Routed == RoutedDimension.None ? p : p.With(site.Copies / experts) with { Count = p.Count * experts })];
    }

    static double Fill(RankRates rates, IReadOnlyList<MatrixWork> products)
    {
        double useful = products.Sum(p => (double)p.Flops), padded = products.Sum(p => PaddedFlops(rates, p));
        return padded == 0 ? 1 : useful / padded;
    }

    static double PaddedFlops(RankRates rates, MatrixWork product) => rates.Tensor == TensorModel.Systolic
        ? MatMulTime.Seconds(rates, product) * rates.TensorFlops[(int)product.Format] : EfficiencyModel.PaddedFlops(rates, product);
}
