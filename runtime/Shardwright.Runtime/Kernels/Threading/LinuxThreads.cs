using System.Runtime.InteropServices;

namespace Shardwright.Execution;

/// <summary>What Linux offers beyond .NET's threads: to sleep on a word of memory, and to say on which processor a thread wakes.</summary>
internal static unsafe partial class LinuxThreads
{
    private const int WaitPrivate = 128, WakePrivate = 129;     // FUTEX_WAIT, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, linux/futex.h

    // The kernel's own limit is 8,192 processors; a longer set than it knows is cut, a shorter one is refused.
    private const int SetWords = 128;

    // asm/unistd_64.h and asm-generic/unistd.h.
    private static readonly nint FutexNumber = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 202, Architecture.Arm64 => 98, _ => 0 };

    /// <summary>Whether this system has what the others call; else they must not be called.</summary>
    public static bool Available { get; } = Probe();

    /// <summary>The calling thread's number.</summary>
    public static int Current => GetThread();

    /// <summary>The processor that the calling thread runs on.</summary>
    public static int Processor => GetProcessor();

    /// <summary>The processors that this process may use; none where the system does not tell.</summary>
    public static int[] Allowed { get; } = Available ? Members(Processors()) : [];

    /// <summary>Sleeps unless the word has changed; may return early.</summary>
    public static void Wait(int* word, int unless) => _ = Futex(FutexNumber, word, WaitPrivate, unless, 0, 0, 0);

    /// <summary>Wakes a thread that sleeps on the word.</summary>
    public static void Wake(int* word) => _ = Futex(FutexNumber, word, WakePrivate, 1, 0, 0, 0);

    /// <summary>Has a thread run on one processor only.</summary>
    public static bool Pin(int thread, int processor)
    {
        ulong* set = stackalloc ulong[SetWords];
        new Span<ulong>(set, SetWords).Clear();
        set[processor / 64] = 1UL << processor % 64;
        return SetAffinity(thread, SetWords * sizeof(ulong), set) == 0;
    }

    /// <summary>The processors that the calling thread may run on, a bit each.</summary>
    public static ulong[] Processors()
    {
        var set = new ulong[SetWords];
        fixed (ulong* words = set)
            _ = GetAffinity(0, SetWords * sizeof(ulong), words);
        return set;
    }

    /// <summary>Has the calling thread run on any of these processors.</summary>
    public static void Unpin(ulong[] processors)
    {
        fixed (ulong* words = processors)
            _ = SetAffinity(0, SetWords * sizeof(ulong), words);
    }

    private static int[] Members(ulong[] set)
        => [.. Enumerable.Range(0, set.Length * 64).Where(processor => (set[processor / 64] >> processor % 64 & 1) != 0)];

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || FutexNumber == 0)
            return false;
        try
        {
            int word = 0;
            // A wait for a word that differs returns at once; what a sandbox forbids returns an error of another kind, and the thread would spin.
            _ = Futex(FutexNumber, &word, WaitPrivate, 1, 0, 0, 0);
            return Marshal.GetLastSystemError() == 11 && GetProcessor() >= 0 && GetThread() > 0;   // EAGAIN
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Futex(nint number, int* word, nint operation, nint value, nint timeout, nint second, nint third);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThread();

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int GetProcessor();

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* set);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* set);
}
