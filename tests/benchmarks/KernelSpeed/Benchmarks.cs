using BenchmarkDotNet.Attributes;

namespace KernelSpeed;

/// <summary>One case of a family under BenchmarkDotNet, which takes what derives from it.</summary>
public abstract class KernelBenchmarks
{
    private Buffers? buffers;
    private Action kernel = () => { };

    // A property of each family's class.
    [ParamsSource("Cases")]
    public required KernelCase Case { get; set; }

    [GlobalSetup]
    public void Prepare() => kernel = Case.Prepare(buffers = new Buffers()).Kernel;

    [GlobalCleanup]
    public void Free() => buffers?.Dispose();

    [Benchmark]
    public void Run() => kernel();
}

public class Products : KernelBenchmarks
{
    public IEnumerable<KernelCase> Cases => [.. ProductCases.All(), .. GroupedProductCases.All()];
}

public class Attention : KernelBenchmarks
{
    public IEnumerable<KernelCase> Cases => AttentionCases.All();
}

public class Rows : KernelBenchmarks
{
    public IEnumerable<KernelCase> Cases => RowCases.All();
}

public class Routing : KernelBenchmarks
{
    public IEnumerable<KernelCase> Cases => RoutingCases.All();
}

public class Update : KernelBenchmarks
{
    public IEnumerable<KernelCase> Cases => UpdateCases.All();
}
