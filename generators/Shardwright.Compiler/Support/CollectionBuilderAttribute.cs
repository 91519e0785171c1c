namespace System.Runtime.CompilerServices;

/// <summary>Lets collection expressions build <see cref="Shardwright.Compiler.EquatableArray{T}"/> on netstandard2.0.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface)]
internal sealed class CollectionBuilderAttribute(Type builderType, string methodName) : Attribute
{
    public Type BuilderType => builderType;

    public string MethodName => methodName;
}
