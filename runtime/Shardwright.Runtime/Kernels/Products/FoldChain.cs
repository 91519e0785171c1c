namespace Shardwright.Execution;

/// <summary>One fold of a chain.</summary>
internal struct FoldStep
{
    /// <summary>How many tokens.</summary>
    public nint Count;

    /// <summary>Where the sum goes in the stack.</summary>
    public nint Level;

    /// <summary>Partial sums that it is added to: this level and those above.</summary>
    public nint Merges;

    /// <summary>Starts from the top of the stack instead of +0.</summary>
    public bool GoesOn;
}

/// <summary>
/// Several folds of one tile of dw, one after another along the tokens, each of which ends on a stack of partial sums: it is added to as many of the topmost
/// as it merges, from the top down, and takes the place of the last. On the way a chain may pack an operand for the tiles that follow.
/// </summary>
internal unsafe struct FoldChain
{
    /// <summary>Floats that a packed strip of the left operand has for each token: one tile's rows, made a whole vector.</summary>
    public const int StripColumns = 8;

    public FoldStep* Steps;
    public nint Count;

    /// <summary>Rows of the tile, at most six: neighbours in <see cref="Left"/>, whose tokens lie <see cref="LeftStep"/> floats apart.</summary>
    public nint Rows;
    public float* Left;
    public nint LeftStep;

    /// <summary>Columns of the tile, a multiple of 16 up to 64; tokens lie <see cref="RightStep"/> floats apart.</summary>
    public nint Width;
    public float* Right;
    public nint RightStep;

    /// <summary>Partial sums [rows, width], <see cref="Level"/> floats apart.</summary>
    public float* Stack;
    public nint Level;

    /// <summary>Where the sum of the last step goes, or null: to the stack.</summary>
    public float* Target;
    public nint TargetRow;

    /// <summary>Null, or where a tile of 6 × 64 packs its right operand, [tokens, 64].</summary>
    public float* Panel;

    /// <summary>Null, or what a tile of 6 × 64 packs as the left operand of the next one.</summary>
    public float* Next;
    public nint NextStep;
    public float* NextStrip;

    /// <summary>What a tile that does not pack its right operand fetches into the second-level cache, a line a token.</summary>
    public float* Ahead;
    public nint AheadStep;
}
