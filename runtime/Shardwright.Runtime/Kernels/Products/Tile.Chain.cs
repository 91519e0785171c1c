using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

internal static unsafe partial class Tile
{
    // Tokens between a value that is packed and what is fetched for later: to the first-level cache where lines follow each other, else to the second,
    // since a token's row length may put all of them in one set of the first.
    private const int TokensAhead = 16;
    private const int RowsAhead = 32;

    // The registers of Fold, with all folds of a tile in one loop, so that they overlap. What is packed on the way hides behind the multiply-adds,
    // which keep the load and store units less than half busy.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chain<TVector, TSimd, TRows, TColumns, TPacked>(FoldChain* chain, nint column)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TRows : struct, ISize
        where TColumns : struct, ISize
        where TPacked : struct, ISize
    {
        var a = chain->Left;
        var aStep = chain->LeftStep;
        var b = chain->Right + column;
        var bStep = chain->RightStep;
        var panel = chain->Panel + column;
        var next = chain->Next;
        var nextStep = chain->NextStep;
        var strip = chain->NextStrip;
        var ahead = chain->Ahead;
        var aheadStep = chain->AheadStep;
        var step = chain->Steps;
        var target = chain->Target + column;
        var targetRow = chain->TargetRow;
        for (var end = step + chain->Count; step < end; step++)
        {
            var c0a = TSimd.Zero; var c0b = TSimd.Zero; var c0c = TSimd.Zero; var c0d = TSimd.Zero;
            var c1a = TSimd.Zero; var c1b = TSimd.Zero; var c1c = TSimd.Zero; var c1d = TSimd.Zero;
            var c2a = TSimd.Zero; var c2b = TSimd.Zero; var c2c = TSimd.Zero; var c2d = TSimd.Zero;
            var c3a = TSimd.Zero; var c3b = TSimd.Zero; var c3c = TSimd.Zero; var c3d = TSimd.Zero;
            var c4a = TSimd.Zero; var c4b = TSimd.Zero; var c4c = TSimd.Zero; var c4d = TSimd.Zero;
            var c5a = TSimd.Zero; var c5b = TSimd.Zero; var c5c = TSimd.Zero; var c5d = TSimd.Zero;
            var row = chain->Width;
            var sum = chain->Stack + column + ((step->Level + step->Merges) * chain->Level);
            if (step->GoesOn)
            {
                Load<TVector, TSimd, TColumns>(sum, ref c0a, ref c0b, ref c0c, ref c0d);
                if (TRows.Value > 1)
                    Load<TVector, TSimd, TColumns>(sum + row, ref c1a, ref c1b, ref c1c, ref c1d);
                if (TRows.Value > 2)
                    Load<TVector, TSimd, TColumns>(sum + (2 * row), ref c2a, ref c2b, ref c2c, ref c2d);
                if (TRows.Value > 3)
                    Load<TVector, TSimd, TColumns>(sum + (3 * row), ref c3a, ref c3b, ref c3c, ref c3d);
                if (TRows.Value > 4)
                    Load<TVector, TSimd, TColumns>(sum + (4 * row), ref c4a, ref c4b, ref c4c, ref c4d);
                if (TRows.Value > 5)
                    Load<TVector, TSimd, TColumns>(sum + (5 * row), ref c5a, ref c5b, ref c5c, ref c5d);
            }

            for (var k = step->Count; k > 0; k--)
            {
                var ba = TSimd.Load(b);
                var bb = TColumns.Value > 1 ? TSimd.Load(b + TSimd.Count) : TSimd.Zero;
                var bc = TColumns.Value > 2 ? TSimd.Load(b + (2 * TSimd.Count)) : TSimd.Zero;
                var bd = TColumns.Value > 3 ? TSimd.Load(b + (3 * TSimd.Count)) : TSimd.Zero;
                MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a[0]), ba, bb, bc, bd, ref c0a, ref c0b, ref c0c, ref c0d);
                if (TRows.Value > 1)
                    MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a[1]), ba, bb, bc, bd, ref c1a, ref c1b, ref c1c, ref c1d);
                if (TRows.Value > 2)
                    MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a[2]), ba, bb, bc, bd, ref c2a, ref c2b, ref c2c, ref c2d);
                if (TRows.Value > 3)
                    MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a[3]), ba, bb, bc, bd, ref c3a, ref c3b, ref c3c, ref c3d);
                if (TRows.Value > 4)
                    MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a[4]), ba, bb, bc, bd, ref c4a, ref c4b, ref c4c, ref c4d);
                if (TRows.Value > 5)
                    MultiplyAdd<TVector, TSimd, TColumns>(TSimd.Create(a[5]), ba, bb, bc, bd, ref c5a, ref c5b, ref c5c, ref c5d);
                if (TPacked.Value == PacksRight.Value)
                {
                    Store<TVector, TSimd, TColumns>(panel, ba, bb, bc, bd);
                    Fetch<TSimd, TColumns>(panel + (TokensAhead * Width));
                    panel += Width;
                }

                if (TPacked.Value == PacksLeft.Value)
                {
                    Vector256.Load(next).Store(strip);
                    FetchFar(next + (RowsAhead * nextStep));
                    FetchFar(next + (RowsAhead * nextStep) + FoldChain.StripColumns - 1);
                    Fetch(strip + (TokensAhead * FoldChain.StripColumns));
                    next += nextStep;
                    strip += FoldChain.StripColumns;
                }

                // A store to a line that is not in the first-level cache holds up all that follow it: the last tokens fetch those of the finished sum.
                Fetch(target + (((k >> 2) & 7) * targetRow) + ((k & 3) * 16));
                if (TPacked.Value != PacksRight.Value)
                {
                    FetchFar(ahead);
                    ahead += aheadStep;
                }

                a += aStep;
                b += bStep;
            }

            for (var merges = step->Merges; merges > 0; merges--)
            {
                sum -= chain->Level;
                Add<TVector, TSimd, TColumns>(sum, ref c0a, ref c0b, ref c0c, ref c0d);
                if (TRows.Value > 1)
                    Add<TVector, TSimd, TColumns>(sum + row, ref c1a, ref c1b, ref c1c, ref c1d);
                if (TRows.Value > 2)
                    Add<TVector, TSimd, TColumns>(sum + (2 * row), ref c2a, ref c2b, ref c2c, ref c2d);
                if (TRows.Value > 3)
                    Add<TVector, TSimd, TColumns>(sum + (3 * row), ref c3a, ref c3b, ref c3c, ref c3d);
                if (TRows.Value > 4)
                    Add<TVector, TSimd, TColumns>(sum + (4 * row), ref c4a, ref c4b, ref c4c, ref c4d);
                if (TRows.Value > 5)
                    Add<TVector, TSimd, TColumns>(sum + (5 * row), ref c5a, ref c5b, ref c5c, ref c5d);
            }

            if (step + 1 == end && chain->Target is not null)
            {
                sum = chain->Target + column;
                row = chain->TargetRow;
            }

            StoreSum<TVector, TSimd, TColumns>(sum, c0a, c0b, c0c, c0d);
            if (TRows.Value > 1)
                StoreSum<TVector, TSimd, TColumns>(sum + row, c1a, c1b, c1c, c1d);
            if (TRows.Value > 2)
                StoreSum<TVector, TSimd, TColumns>(sum + (2 * row), c2a, c2b, c2c, c2d);
            if (TRows.Value > 3)
                StoreSum<TVector, TSimd, TColumns>(sum + (3 * row), c3a, c3b, c3c, c3d);
            if (TRows.Value > 4)
                StoreSum<TVector, TSimd, TColumns>(sum + (4 * row), c4a, c4b, c4c, c4d);
            if (TRows.Value > 5)
                StoreSum<TVector, TSimd, TColumns>(sum + (5 * row), c5a, c5b, c5c, c5d);
        }
    }

    // A sum over tokens has no −0. It matters for the finished sum alone, but costs the others nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSum<TVector, TSimd, TColumns>(float* to, TVector a, TVector b, TVector c, TVector d)
        where TVector : struct
        where TSimd : struct, ISimd<TVector>
        where TColumns : struct, ISize
        => Store<TVector, TSimd, TColumns>(to, TSimd.Add(a, TSimd.Zero), TSimd.Add(b, TSimd.Zero), TSimd.Add(c, TSimd.Zero), TSimd.Add(d, TSimd.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<TSimd, TColumns>(float* line)
        where TColumns : struct, ISize
    {
        Fetch(line);
        if (TColumns.Value > 1)
            Fetch(line + 16);
        if (TColumns.Value > 2)
            Fetch(line + 32);
        if (TColumns.Value > 3)
            Fetch(line + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchFar(float* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(float* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(line);
    }
}
