using System.Numerics.Tensors;

namespace Shardwright;

// See Parameter: extension operators do not see through a conversion. The mixes with Parameter stand here because either type's tensor overloads alone would be ambiguous.
public sealed partial class State
{
    /// <summary>The elementwise sum, broadcasting as tensors do.</summary>
    public static Tensor<float> operator +(State state, Tensor<float> x) => Elementwise.Add(state.Value, x);

    /// <inheritdoc cref="op_Addition(State, Tensor{float})"/>
    public static Tensor<float> operator +(Tensor<float> x, State state) => Elementwise.Add(x, state.Value);

    /// <inheritdoc cref="op_Addition(State, Tensor{float})"/>
    public static Tensor<float> operator +(State left, State right) => Elementwise.Add(left.Value, right.Value);

    /// <inheritdoc cref="op_Addition(State, Tensor{float})"/>
    public static Tensor<float> operator +(State state, float number) => state.Value + number;

    /// <inheritdoc cref="op_Addition(State, Tensor{float})"/>
    public static Tensor<float> operator +(float number, State state) => number + state.Value;

    /// <inheritdoc cref="op_Addition(State, Tensor{float})"/>
    public static Tensor<float> operator +(State state, Parameter parameter) => Elementwise.Add(state.Value, parameter.Value);

    /// <inheritdoc cref="op_Addition(State, Tensor{float})"/>
    public static Tensor<float> operator +(Parameter parameter, State state) => Elementwise.Add(parameter.Value, state.Value);

    /// <summary>The elementwise difference, broadcasting as tensors do.</summary>
    public static Tensor<float> operator -(State state, Tensor<float> x) => Elementwise.Subtract(state.Value, x);

    /// <inheritdoc cref="op_Subtraction(State, Tensor{float})"/>
    public static Tensor<float> operator -(Tensor<float> x, State state) => Elementwise.Subtract(x, state.Value);

    /// <inheritdoc cref="op_Subtraction(State, Tensor{float})"/>
    public static Tensor<float> operator -(State left, State right) => Elementwise.Subtract(left.Value, right.Value);

    /// <inheritdoc cref="op_Subtraction(State, Tensor{float})"/>
    public static Tensor<float> operator -(State state, float number) => state.Value - number;

    /// <inheritdoc cref="op_Subtraction(State, Tensor{float})"/>
    public static Tensor<float> operator -(float number, State state) => number - state.Value;

    /// <inheritdoc cref="op_Subtraction(State, Tensor{float})"/>
    public static Tensor<float> operator -(State state, Parameter parameter) => Elementwise.Subtract(state.Value, parameter.Value);

    /// <inheritdoc cref="op_Subtraction(State, Tensor{float})"/>
    public static Tensor<float> operator -(Parameter parameter, State state) => Elementwise.Subtract(parameter.Value, state.Value);

    /// <summary>The elementwise product, broadcasting as tensors do.</summary>
    public static Tensor<float> operator *(State state, Tensor<float> x) => Elementwise.Multiply(state.Value, x);

    /// <inheritdoc cref="op_Multiply(State, Tensor{float})"/>
    public static Tensor<float> operator *(Tensor<float> x, State state) => Elementwise.Multiply(x, state.Value);

    /// <inheritdoc cref="op_Multiply(State, Tensor{float})"/>
    public static Tensor<float> operator *(State left, State right) => Elementwise.Multiply(left.Value, right.Value);

    /// <inheritdoc cref="op_Multiply(State, Tensor{float})"/>
    public static Tensor<float> operator *(State state, float number) => state.Value * number;

    /// <inheritdoc cref="op_Multiply(State, Tensor{float})"/>
    public static Tensor<float> operator *(float number, State state) => number * state.Value;

    /// <inheritdoc cref="op_Multiply(State, Tensor{float})"/>
    public static Tensor<float> operator *(State state, Parameter parameter) => Elementwise.Multiply(state.Value, parameter.Value);

    /// <inheritdoc cref="op_Multiply(State, Tensor{float})"/>
    public static Tensor<float> operator *(Parameter parameter, State state) => Elementwise.Multiply(parameter.Value, state.Value);

    /// <summary>The elementwise quotient, broadcasting as tensors do.</summary>
    public static Tensor<float> operator /(State state, Tensor<float> x) => Elementwise.Divide(state.Value, x);

    /// <inheritdoc cref="op_Division(State, Tensor{float})"/>
    public static Tensor<float> operator /(Tensor<float> x, State state) => Elementwise.Divide(x, state.Value);

    /// <inheritdoc cref="op_Division(State, Tensor{float})"/>
    public static Tensor<float> operator /(State left, State right) => Elementwise.Divide(left.Value, right.Value);

    /// <inheritdoc cref="op_Division(State, Tensor{float})"/>
    public static Tensor<float> operator /(State state, float number) => state.Value / number;

    /// <inheritdoc cref="op_Division(State, Tensor{float})"/>
    public static Tensor<float> operator /(float number, State state) => number / state.Value;

    /// <inheritdoc cref="op_Division(State, Tensor{float})"/>
    public static Tensor<float> operator /(State state, Parameter parameter) => Elementwise.Divide(state.Value, parameter.Value);

    /// <inheritdoc cref="op_Division(State, Tensor{float})"/>
    public static Tensor<float> operator /(Parameter parameter, State state) => Elementwise.Divide(parameter.Value, state.Value);

    /// <summary>The elements negated.</summary>
    public static Tensor<float> operator -(State state) => -state.Value;
}
