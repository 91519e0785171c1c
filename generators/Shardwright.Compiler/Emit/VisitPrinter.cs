using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Link;

namespace Shardwright.Compiler.Emit;

/// <summary>Prints the walk over a model object's parameters, in slot order, without reflection.</summary>
public static class VisitPrinter
{
    static readonly string[] Indices = ["i", "j", "k", "l", "m", "n"];

    public static void Print(CodeWriter code, string modelType, ModuleInstance model)
    {
        code.Line("/// <summary>Shows every parameter of a model object to <paramref name=\"visitor\"/>.</summary>");
        code.Open($"public static void Visit({modelType} model, IParameterVisitor visitor)");
        var precision = model.Precision ?? default;
        Members(code, model, "model", "", "0", "-1", 0, precision, precision);
        code.Close();
    }

    static void Members(CodeWriter code, ModuleInstance module, string expression, string path, string instance, string expert, int depth, Precision ambient, Precision outer)
    {
        var precision = module.Precision ?? outer;
        foreach (var member in module.Graph.Members)
        {
            string name = Naming.Identifier(member.Name), place = $"{expression}.{name}", at = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            switch (module.Members[member.Name])
            {
                case Value { Parameter: { } parameter }:
                    // What the eager run cannot see from its scope alone.
                    if ((parameter.Precision ?? precision).Format is var format && format != ambient.Format && !parameter.IsState)
                        code.Line($"{place}.Precision = NumberFormat.{format};");
                    code.Line($"visitor.Visit({parameter.Slot}, {instance}, {expert}, {(at.Contains("{") ? "$" : "")}\"{at}\", {place});");
                    break;
                case ModuleInstance inner:
                    Members(code, inner, place, at, instance, expert, depth, ambient, precision);
                    break;
                case RepeatedInstance repeated:
                    {
                        string index = Indices[depth % Indices.Length] + (depth < Indices.Length ? "" : depth.ToString());
                        code.Open($"for (int {index} = 0; {index} < {repeated.List.Count}; {index}++)");
                        Members(code, repeated.Element, $"{place}[{index}]", $"{at}[{{{index}}}]", instance == "0" ? index : $"({instance}) * {repeated.List.Count} + {index}", expert, depth + 1, ambient, precision);
                        code.Close();
                        break;
                    }
                case ExpertGroupInstance group:
                    {
                        string mark = at.Contains("{") ? "$" : "";
                        code.Line($"{place}.Name({mark}\"{at}\", site: {group.Site.Index}, layer: {instance});");
                        if (group.Bias?.Parameter is { } bias)
                            code.Line($"visitor.Visit({bias.Slot}, {instance}, -1, {mark}\"{at}.Bias\", {place}.Bias);");
                        string index = Indices[depth % Indices.Length] + (depth < Indices.Length ? "" : depth.ToString());
                        code.Open($"for (int {index} = 0; {index} < {group.Site.Experts}; {index}++)");
                        Members(code, group.Element, $"{place}[{index}]", $"{at}[{{{index}}}]", instance, index, depth + 1, ambient, precision);
                        code.Close();
                        break;
                    }
            }
        }
    }
}
