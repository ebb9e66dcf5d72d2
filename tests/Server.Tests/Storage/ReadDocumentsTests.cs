using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>A document that comes again is not read again.</summary>
public sealed class ReadDocumentsTests
{
    private readonly ReadDocuments<byte[]> _documents;
    private int _read;

    public ReadDocumentsTests() => _documents = new ReadDocuments<byte[]>(document =>
    {
        _read++;
        return document is [] ? throw new FormatException("It is empty.") : document;
    });

    [Fact]
    public void The_same_bytes_are_read_once_and_others_for_themselves()
    {
        var first = _documents.Of([1, 2]);

        Assert.Same(first, _documents.Of([1, 2]));
        Assert.Equal([1, 3], _documents.Of([1, 3]));
        Assert.Equal(2, _read);
    }

    [Fact]
    public void What_cannot_be_read_is_not_kept()
    {
        Assert.Throws<FormatException>(() => _documents.Of([]));
        Assert.Throws<FormatException>(() => _documents.Of([]));

        Assert.Equal(2, _read);
    }

    [Fact]
    public void No_more_are_kept_than_there_is_room_for()
    {
        for (var i = 0; i <= ReadDocuments<byte[]>.KeptMost; i++)
            _documents.Of([(byte)i]);
        _read = 0;

        _documents.Of([0]);

        Assert.Equal(1, _read);
    }
}
