using System.Text;
using SparseLanguage.Corpus;

namespace Shardwright.Sample.Tests;

public sealed class DocumentationTextTests
{
    [Fact]
    public void Read_Member_KeepsProseOfItsFourElementsOnly()
        => Assert.Equal(
            "Adds an Int32 to the list, or null.\nitem: The number; see T.\nThe new Count.\nSlow.\n\n",
            Read("""
                 <member name="M:X.Add(System.Int32)">
                   <summary>Adds an <see cref="T:System.Int32" /> to
                      the <see cref="T:X">list</see>, or <see langword="null" />.</summary>
                   <typeparam name="T">dropped</typeparam>
                   <param name="item">The number; see <typeparamref name="T" />.</param>
                   <returns>The new <c>Count</c>.</returns>
                   <exception cref="T:System.Exception">dropped</exception>
                   <example><code>dropped();</code></example>
                   <remarks>Slow.<code>dropped();</code></remarks>
                 </member>
                 """));

    [Fact]
    public void Read_ParagraphsAndLists_AreSeparatedByOneSpace()
        => Assert.Equal("One Two three four.\n\n",
            Read("<member name=\"T:X\"><summary><para>One</para><para>Two</para><list type=\"bullet\"><item><description>three</description></item><item>four.</item></list></summary></member>"));

    [Fact]
    public void Read_EntitiesAndCharacterData_AreText()
        => Assert.Equal("a < b & c <d>\n\n", Read("<member name=\"T:X\"><summary>a &lt; b &amp; c <![CDATA[<d>]]></summary></member>"));

    [Theory]
    [InlineData("<member name=\"T:X\" />")]
    [InlineData("<member name=\"T:X\"></member>")]
    [InlineData("<member name=\"T:X\"><summary /></member>")]
    [InlineData("<member name=\"T:X\"><summary> \n </summary><inheritdoc /></member>")]
    public void Read_MemberWithoutProse_LeavesNoTrace(string member)
        => Assert.Equal("Kept.\n\n", Read(member + "<member name=\"T:Y\"><summary>Kept.</summary></member>"));

    [Theory]
    [InlineData("<member name=\"T:A\"><remarks>x</remarks><summary>y</summary></member>")]
    [InlineData("<member name=\"T:A\"><remarks>x</remarks><value>dropped</value><summary>y</summary></member>")]
    [InlineData("<member name=\"T:A\"><remarks>x</remarks><value /><!-- dropped --><summary>y</summary></member>")]
    public void Read_NeighbouringElements_AreAllSeen(string member) => Assert.Equal("x\ny\n\n", Read(member));

    [Theory]
    [InlineData("T:System.Collections.Generic.List`1", "List")]
    [InlineData("M:System.Collections.Generic.List`1.Add(`0)", "Add")]
    [InlineData("M:System.Int32.Parse(System.String,System.IFormatProvider)", "Parse")]
    [InlineData("M:System.Text.StringBuilder.#ctor(System.Int32)", "StringBuilder")]
    [InlineData("M:System.Collections.Generic.List`1.#ctor", "List")]
    [InlineData("M:System.Decimal.op_Explicit(System.Decimal)~System.Int32", "op_Explicit")]
    [InlineData("P:System.String.Length", "Length")]
    [InlineData("Length", "Length")]
    [InlineData("", "")]
    public void ShortName_Reference_IsWhatAReaderWouldSay(string reference, string name) => Assert.Equal(name, DocumentationText.ShortName(reference));

    private static string Read(string members)
        => DocumentationText.Read(new MemoryStream(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><doc><assembly><name>X</name></assembly><members>{members}</members></doc>")));
}
