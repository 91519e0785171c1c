using System.Reflection;
using System.Runtime.CompilerServices;

namespace Shardwright.Execution;

/// <summary>
/// Compiles what the first step will run while the trainer fills its arenas, on a thread of its own, so that no step waits for the just-in-time compiler: the emitted program's methods, the kernels, and the
/// pieces of work they hand to threads.
/// </summary>
internal static class Preparation
{
    private const BindingFlags Declared = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // The kernels are the same for every trainer of the process.
    private static readonly Lazy<Thread> KernelThread = new(() => Start(PrepareKernels, "Shardwright kernel compilation"));

    /// <summary>Begins with the kernels.</summary>
    public static void Begin() => _ = KernelThread.Value;

    /// <summary>Compiles a program's methods and waits for the kernels.</summary>
    public static void Finish(Type program)
    {
        PrepareMethods(program);
        KernelThread.Value.Join();
    }

    private static Thread Start(Action prepare, string name)
    {
        var thread = new Thread(() => prepare()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private static void PrepareKernels()
    {
        var split = typeof(Ranges).GetMethod(nameof(Ranges.Split), Declared)!;
        foreach (var definition in typeof(Kernels).Assembly.GetTypes().Where(type => type.Namespace == typeof(Kernels).Namespace))
        {
            var type = !definition.IsGenericTypeDefinition ? definition : TakesRounder(definition.GetGenericArguments()) ? definition.MakeGenericType(typeof(Unrounded)) : null;
            if (type is null || type.IsInterface)
                continue;
            if (type.IsValueType && typeof(IRangeWork).IsAssignableFrom(type))
                Prepare(split.MakeGenericMethod(type));
            PrepareMethods(type);
        }
    }

    private static void PrepareMethods(Type type)
    {
        foreach (var method in type.GetMethods(Declared))
            Prepare(method);
    }

    private static void Prepare(MethodInfo method)
    {
        if (method.IsGenericMethodDefinition && TakesRounder(method.GetGenericArguments()))
            method = method.MakeGenericMethod(typeof(Unrounded));
        if (!method.IsAbstract && !method.ContainsGenericParameters)
        {
            try
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, method.IsGenericMethod ? [.. method.GetGenericArguments().Select(argument => argument.TypeHandle)] : null);
            }
            catch (Exception)
            {
                // Only an optimization: what cannot be compiled here fails, if it is ever called, where its user can see it.
            }
        }
    }

    // Kernels take their rounding as a type; most programs round nothing.
    private static bool TakesRounder(Type[] parameters) => parameters is [var only] && only.GetGenericParameterConstraints().Contains(typeof(IRounder));
}
