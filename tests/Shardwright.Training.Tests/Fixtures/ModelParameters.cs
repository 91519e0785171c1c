using System.Reflection;

namespace Shardwright.Training.Tests.Fixtures;

/// <summary>Finds the parameters of a model instance by reflection, independently of what the generator emits.</summary>
public static class ModelParameters
{
    /// <summary>Every parameter with its path: property names joined by dots, <c>[i]</c> for members of <see cref="Repeated{T}"/> and <see cref="ExpertGroup{T}"/>.</summary>
    public static IEnumerable<(string Path, Parameter Parameter)> Of(object module) => Visit(module, "");

    /// <summary>Gives every parameter the value from which the references start.</summary>
    public static void SetReferenceValues(object model, int seed)
    {
        foreach (var (path, parameter) in Of(model))
        {
            var lengths = Array.ConvertAll(parameter.Shape.ToArray(), d => (nint)d);
            parameter.Value = System.Numerics.Tensors.Tensor.Create(ReferenceValues.Parameter(seed, path, parameter.Shape), lengths);
        }
    }

    private static IEnumerable<(string Path, Parameter Parameter)> Visit(object value, string path)
    {
        if (value is Parameter parameter)
            return [(path, parameter)];
        if (!IsGroup(value))
            return Properties(value).SelectMany(p => Visit(p.GetValue(value)!, path.Length == 0 ? p.Name : $"{path}.{p.Name}"));
        var count = (int)value.GetType().GetProperty("Count")!.GetValue(value)!;
        var item = value.GetType().GetProperty("Item")!;
        return Enumerable.Range(0, count).SelectMany(i => Visit(item.GetValue(value, [i])!, $"{path}[{i}]"));
    }

    private static IEnumerable<PropertyInfo> Properties(object module) => module.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.PropertyType == typeof(Parameter) || IsGroup(p.PropertyType) || p.PropertyType.IsDefined(typeof(ModuleAttribute)));

    private static bool IsGroup(object value) => IsGroup(value.GetType());

    private static bool IsGroup(Type type) => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Repeated<>) || type.GetGenericTypeDefinition() == typeof(ExpertGroup<>));
}
