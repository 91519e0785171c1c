namespace Shardwright.Compiler.Link;

/// <summary>C# arithmetic on constants: ints stay ints, floats round as floats, so that a captured size is the size that runs.</summary>
public static class ScalarMath
{
    public static object? Binary(string op, object a, object b)
    {
        if (a is string || b is string)
            return op switch { "==" => Equals(a, b), "!=" => !Equals(a, b), _ => null };
        if (a is bool p && b is bool q)
            return op switch { "&&" or "&" => p && q, "||" or "|" => p || q, "==" => p == q, "!=" => p != q, _ => null };
        if (a is bool || b is bool)
            return null;
        if (a is double or float || b is double or float)
        {
            double x = ToDouble(a), y = ToDouble(b);
            bool single = a is not double && b is not double;
            return op switch
            {
                "+" => Round(x + y),
                "-" => Round(x - y),
                "*" => Round(x * y),
                "/" => Round(x / y),
                "%" => Round(x % y),
                _ => Compare(op, x.CompareTo(y)),
            };
            object Round(double value) => single ? (object)(float)value : value;
        }
        long m = Convert.ToInt64(a), n = Convert.ToInt64(b);
        if (op is "/" or "%" && n == 0)
            return null;
        bool wide = a is long || b is long;
        return op switch
        {
            "+" => Narrow(m + n),
            "-" => Narrow(m - n),
            "*" => Narrow(m * n),
            "/" => Narrow(m / n),
            "%" => Narrow(m % n),
            "&" => Narrow(m & n),
            "|" => Narrow(m | n),
            _ => Compare(op, m.CompareTo(n)),
        };
        object Narrow(long value) => wide ? (object)value : unchecked((int)value);
    }

    public static object? Unary(string op, object a) => (op, a) switch
    {
        ("-", int i) => -i,
        ("-", long l) => -l,
        ("-", float f) => -f,
        ("-", double d) => -d,
        ("!", bool b) => !b,
        ("+", int or long or float or double) => a,
        _ => null,
    };

    public static object? Cast(string type, object a) => a is bool or string ? null : type switch
    {
        "int" => a is float or double ? (int)ToDouble(a) : unchecked((int)Convert.ToInt64(a)),
        "long" => a is float or double ? (long)ToDouble(a) : Convert.ToInt64(a),
        "float" => (float)ToDouble(a),
        "double" => ToDouble(a),
        _ => null,
    };

    public static object? Call(string function, object[] arguments) => function switch
    {
        "Math.Min" or "Math.Max" when arguments.Length == 2 => Equals(Binary(function == "Math.Min" ? "<" : ">", arguments[0], arguments[1]), true) ? arguments[0] : arguments[1],
        "Math.Abs" when arguments.Length == 1 => Equals(Binary("<", arguments[0], 0), true) ? Unary("-", arguments[0]) : arguments[0],
        "Math.Sqrt" when arguments.Length == 1 => Math.Sqrt(ToDouble(arguments[0])),
        _ => null,
    };

    public static double ToDouble(object value) => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);

    static object? Compare(string op, int order) => op switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        ">=" => order >= 0,
        "==" => order == 0,
        "!=" => order != 0,
        _ => null,
    };
}
