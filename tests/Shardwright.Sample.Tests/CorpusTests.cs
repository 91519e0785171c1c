using System.Text;
using SparseLanguage.Corpus;

namespace Shardwright.Sample.Tests;

public sealed class CorpusTests
{
    private const int Window = 128;

    [Fact]
    public void ByFile_ManyFiles_SharesNoFileAndHoldsBackAtMostATenth()
    {
        var files = Enumerable.Range(0, 100).Select(i => new CorpusFile($"file{i}", Encoding.UTF8.GetBytes($"<{i}>" + new string('x', 10 + i)))).ToArray();

        var (training, validation) = CorpusSplit.ByFile(files);

        var total = files.Sum(file => file.Text.Length);
        Assert.Equal(total, training.Length + validation.Length);
        Assert.InRange(validation.Length, total / 20, total / 10);
        foreach (var file in files)
        {
            var marker = file.Text[..(Array.IndexOf(file.Text, (byte)'>') + 1)];
            Assert.NotEqual(training.AsSpan().IndexOf(marker) >= 0, validation.AsSpan().IndexOf(marker) >= 0);
        }
    }

    [Fact]
    public void ByFile_FilesInAnotherOrder_GivesTheSameBytes()
    {
        var files = Enumerable.Range(0, 40).Select(i => new CorpusFile($"file{i}", Encoding.UTF8.GetBytes(new string((char)('a' + i % 26), 50 + i)))).ToArray();

        var (training, validation) = CorpusSplit.ByFile(files);
        var (trainingAgain, validationAgain) = CorpusSplit.ByFile([.. files.Reverse()]);

        Assert.Equal(training, trainingAgain);
        Assert.Equal(validation, validationAgain);
    }

    [Fact]
    public void ByFile_NoFileIsSmallEnough_SmallestOneValidates()
    {
        var (training, validation) = CorpusSplit.ByFile([new("a", new byte[300]), new("b", new byte[100]), new("c", new byte[200])]);

        Assert.Equal((500, 100), (training.Length, validation.Length));
    }

    [Fact]
    public void ByFile_OneFile_LastTenthValidatesAndNoCharacterIsCut()
    {
        var text = string.Concat(Enumerable.Repeat("é", 500));      // 2 bytes each; a tenth of the 1000 bytes would begin between characters if the length were odd

        var (training, validation) = CorpusSplit.ByFile([new("a", Encoding.UTF8.GetBytes("x" + text))]);

        Assert.Equal(1001, training.Length + validation.Length);
        Assert.InRange(validation.Length, 100, 101);
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(validation));
    }

    [Fact]
    public void Find_OverlappingPacksAndVersions_TakesEachNameOnceFromTheNewest()
    {
        using var packs = new TemporaryFolder();
        packs.Write("A.Ref/9.0.10/ref/net9.0/Shared.xml", "");
        packs.Write("A.Ref/10.0.2/ref/net10.0/Shared.xml", "");
        packs.Write("A.Ref/10.0.2/ref/net10.0/de/Shared.xml", "");
        packs.Write("B.Ref/10.0.1/ref/net10.0/Shared.xml", "");
        packs.Write("B.Ref/10.0.1/ref/net10.0/Own.xml", "");
        packs.Write("Other.Host/10.0.2/ref/net10.0/Host.xml", "");

        var found = ReferencePacks.Find(packs.Root).Select(path => Path.GetRelativePath(packs.Root, path).Replace('\\', '/'));

        Assert.Equal(["B.Ref/10.0.1/ref/net10.0/Own.xml", "A.Ref/10.0.2/ref/net10.0/Shared.xml"], found);
    }

    [Fact]
    public void Load_InstalledPacks_IsMegabytesOfProseWithoutMarkup()
    {
        var corpus = TextCorpus.Load(null, Window);

        Assert.InRange(corpus.Training.Length, 1_000_000, 100_000_000);
        Assert.InRange(corpus.Validation.Length, corpus.Training.Length / 40, corpus.Training.Length / 5);
        Assert.True(corpus.Training.AsSpan().IndexOf("<summary>"u8) < 0);
        Assert.True(corpus.Training.AsSpan().IndexOf("Initializes a new instance of the"u8) >= 0);
    }

    [Fact]
    public void Load_BrokenDocumentation_NamesTheFile()
    {
        using var packs = new TemporaryFolder();
        var path = packs.Write("A.Ref/1.0.0/ref/net10.0/A.xml", "<doc><members><member name='x'><summary>");

        Assert.Contains(path, Assert.Throws<CorpusException>(() => ReferencePacks.Load([packs.Root])).Message);
    }

    [Fact]
    public void Load_Folder_ReadsTextBelowItAndLeavesBinaryFilesOut()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", new string('a', 2000));
        folder.Write("deep/er/b.md", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(new string('b', 200))]);
        folder.Write("picture.bin", [1, 0, 2]);

        var corpus = TextCorpus.Load(folder.Root, Window);

        Assert.Equal(2000, corpus.Training.Length);
        Assert.Equal(Encoding.UTF8.GetBytes(new string('b', 200)), corpus.Validation);
    }
}
