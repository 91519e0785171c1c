using System.Text;
using System.Xml;

namespace SparseLanguage.Corpus;

/// <summary>
/// Readable prose of an XML documentation file, read as a stream: a member is a paragraph, and each of its summary, parameters, return value and remarks is a line.
/// References become the short names a reader would say; code blocks, exceptions, examples and the markup go.
/// </summary>
public static class DocumentationText
{
    /// <exception cref="XmlException">The file is not well-formed XML.</exception>
    public static string Read(Stream xml)
    {
        var text = new StringBuilder();
        using var reader = XmlReader.Create(xml, new XmlReaderSettings { IgnoreComments = true, IgnoreProcessingInstructions = true, DtdProcessing = DtdProcessing.Ignore });
        while (reader.Read())
            if (reader is { NodeType: XmlNodeType.Element, Name: "member", IsEmptyElement: false })
                Member(reader, text);
        return text.ToString();
    }

    private static void Member(XmlReader reader, StringBuilder text)
    {
        var start = text.Length;
        var depth = reader.Depth;
        var more = reader.Read();
        while (more && reader.Depth > depth)
        {
            if (reader is { NodeType: XmlNodeType.Element, Name: "summary" or "param" or "returns" or "remarks" })
            {
                Line(reader, text);
                more = reader.Read();
            }
            else if (reader.NodeType == XmlNodeType.Element)
            {
                reader.Skip();
                more = !reader.EOF;
            }
            else
                more = reader.Read();
        }
        if (text.Length > start)
            text.Append('\n');
    }

    /// <summary>The element the reader stands on, as one line; leaves the reader on its end.</summary>
    private static void Line(XmlReader reader, StringBuilder text)
    {
        var parameter = reader.Name == "param" ? reader.GetAttribute("name") : null;
        var line = new StringBuilder();
        Content(reader, line);
        var words = string.Join(' ', line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (words.Length == 0)
            return;
        if (parameter is not null)
            text.Append(parameter).Append(": ");
        text.Append(words).Append('\n');
    }

    /// <summary>Appends the words inside the element the reader stands on; leaves the reader on its end (or on itself when it is empty).</summary>
    private static void Content(XmlReader reader, StringBuilder words)
    {
        if (reader.IsEmptyElement)
            return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                words.Append(reader.Value);
            else if (reader.NodeType == XmlNodeType.Element)
                Element(reader, words);
        }
    }

    private static void Element(XmlReader reader, StringBuilder words)
    {
        switch (reader.Name)
        {
            case "see" or "seealso" or "paramref" or "typeparamref":
                var length = words.Length;
                var name = ReferenceName(reader);
                Content(reader, words);
                if (words.Length == length)         // no text of its own
                    words.Append(name);
                break;
            case "code" or "img":
                SkipContent(reader);
                words.Append(' ');
                break;
            case "c" or "b" or "i" or "em" or "strong" or "tt" or "sup" or "sub" or "a":
                Content(reader, words);
                break;
            default:                                // para, list, item, term, description, br, …: a word ends here
                words.Append(' ');
                Content(reader, words);
                words.Append(' ');
                break;
        }
    }

    private static string ReferenceName(XmlReader reader)
        => reader.GetAttribute("cref") is { } reference ? ShortName(reference)
            : reader.GetAttribute("langword") ?? reader.GetAttribute("name") ?? reader.GetAttribute("href") ?? "";

    /// <summary><c>M:System.Collections.Generic.List`1.Add(`0)</c> → <c>Add</c>; a constructor is called by its type's name.</summary>
    public static string ShortName(string reference)
    {
        var name = reference.Length > 1 && reference[1] == ':' ? reference[2..] : reference;
        var end = name.IndexOfAny(['(', '~']);
        if (end >= 0)
            name = name[..end];
        var parts = name.Split('.', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
            return "";
        var last = parts[^1] is "#ctor" or "#cctor" && parts.Length > 1 ? parts[^2] : parts[^1];
        var arity = last.IndexOfAny(['`', '{']);
        return (arity >= 0 ? last[..arity] : last).Replace('#', '.');
    }

    private static void SkipContent(XmlReader reader)
    {
        if (reader.IsEmptyElement)
            return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth) { }
    }
}
