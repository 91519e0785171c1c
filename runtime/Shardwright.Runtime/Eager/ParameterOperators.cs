using System.Numerics.Tensors;

namespace Shardwright;

// C# finds a type's own operators, but extension operators on Tensor<float> do not see through a user-defined conversion: hence every order is spelled out.
public sealed partial class Parameter
{
    /// <summary>The elementwise sum, broadcasting as tensors do.</summary>
    public static Tensor<float> operator +(Parameter parameter, Tensor<float> x) => Elementwise.Add(parameter.Value, x);

    /// <inheritdoc cref="op_Addition(Parameter, Tensor{float})"/>
    public static Tensor<float> operator +(Tensor<float> x, Parameter parameter) => Elementwise.Add(x, parameter.Value);

    /// <inheritdoc cref="op_Addition(Parameter, Tensor{float})"/>
    public static Tensor<float> operator +(Parameter left, Parameter right) => Elementwise.Add(left.Value, right.Value);

    /// <inheritdoc cref="op_Addition(Parameter, Tensor{float})"/>
    public static Tensor<float> operator +(Parameter parameter, float number) => parameter.Value + number;

    /// <inheritdoc cref="op_Addition(Parameter, Tensor{float})"/>
    public static Tensor<float> operator +(float number, Parameter parameter) => number + parameter.Value;

    /// <summary>The elementwise difference, broadcasting as tensors do.</summary>
    public static Tensor<float> operator -(Parameter parameter, Tensor<float> x) => Elementwise.Subtract(parameter.Value, x);

    /// <inheritdoc cref="op_Subtraction(Parameter, Tensor{float})"/>
    public static Tensor<float> operator -(Tensor<float> x, Parameter parameter) => Elementwise.Subtract(x, parameter.Value);

    /// <inheritdoc cref="op_Subtraction(Parameter, Tensor{float})"/>
    public static Tensor<float> operator -(Parameter left, Parameter right) => Elementwise.Subtract(left.Value, right.Value);

    /// <inheritdoc cref="op_Subtraction(Parameter, Tensor{float})"/>
    public static Tensor<float> operator -(Parameter parameter, float number) => parameter.Value - number;

    /// <inheritdoc cref="op_Subtraction(Parameter, Tensor{float})"/>
    public static Tensor<float> operator -(float number, Parameter parameter) => number - parameter.Value;

    /// <summary>The elementwise product, broadcasting as tensors do.</summary>
    public static Tensor<float> operator *(Parameter parameter, Tensor<float> x) => Elementwise.Multiply(parameter.Value, x);

    /// <inheritdoc cref="op_Multiply(Parameter, Tensor{float})"/>
    public static Tensor<float> operator *(Tensor<float> x, Parameter parameter) => Elementwise.Multiply(x, parameter.Value);

    /// <inheritdoc cref="op_Multiply(Parameter, Tensor{float})"/>
    public static Tensor<float> operator *(Parameter left, Parameter right) => Elementwise.Multiply(left.Value, right.Value);

    /// <inheritdoc cref="op_Multiply(Parameter, Tensor{float})"/>
    public static Tensor<float> operator *(Parameter parameter, float number) => parameter.Value * number;

    /// <inheritdoc cref="op_Multiply(Parameter, Tensor{float})"/>
    public static Tensor<float> operator *(float number, Parameter parameter) => number * parameter.Value;

    /// <summary>The elementwise quotient, broadcasting as tensors do.</summary>
    public static Tensor<float> operator /(Parameter parameter, Tensor<float> x) => Elementwise.Divide(parameter.Value, x);

    /// <inheritdoc cref="op_Division(Parameter, Tensor{float})"/>
    public static Tensor<float> operator /(Tensor<float> x, Parameter parameter) => Elementwise.Divide(x, parameter.Value);

    /// <inheritdoc cref="op_Division(Parameter, Tensor{float})"/>
    public static Tensor<float> operator /(Parameter left, Parameter right) => Elementwise.Divide(left.Value, right.Value);

    /// <inheritdoc cref="op_Division(Parameter, Tensor{float})"/>
    public static Tensor<float> operator /(Parameter parameter, float number) => parameter.Value / number;

    /// <inheritdoc cref="op_Division(Parameter, Tensor{float})"/>
    public static Tensor<float> operator /(float number, Parameter parameter) => number / parameter.Value;

    /// <summary>The elements negated.</summary>
    public static Tensor<float> operator -(Parameter parameter) => -parameter.Value;
}
