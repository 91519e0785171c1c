using System.Collections;

namespace Shardwright;

/// <summary>A fixed number of modules of one type and size, e.g. the blocks of a transformer. The compiler captures the module once, with a trip count.</summary>
/// <typeparam name="T">The module's type.</typeparam>
public sealed class Repeated<T> : IReadOnlyList<T>
{
    private readonly T[] modules;

    /// <summary>Makes <paramref name="count"/> modules.</summary>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="make">Makes one module, <c>() =&gt; new(…)</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public Repeated(int count, Func<T> make)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(make);
        modules = new T[count];
        for (var i = 0; i < count; i++)
            modules[i] = make();
    }

    /// <summary>The number of modules.</summary>
    public int Count => modules.Length;

    /// <summary>The module at <paramref name="index"/>, from 0.</summary>
    public T this[int index] => modules[index];

    /// <summary>The modules in order.</summary>
    public Enumerator GetEnumerator() => new(modules);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => modules.GetEnumerator();

    /// <summary>Enumerates the modules in order without allocating.</summary>
    public struct Enumerator
    {
        private readonly T[] modules;
        private int index;

        internal Enumerator(T[] modules)
        {
            this.modules = modules;
            index = -1;
        }

        /// <summary>The module at the enumerator's position.</summary>
        public readonly T Current => modules[index];

        /// <summary>Moves to the next module; false after the last.</summary>
        public bool MoveNext() => ++index < modules.Length;
    }
}
