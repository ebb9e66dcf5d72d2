using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A till that has heard nothing from headquarters yet, on a database of its own.</summary>
internal sealed class TemporaryTill : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("till-");
    private readonly TerminalKeys _keys = new();

    public TemporaryTill(Chain chain)
    {
        _keys.Replace([chain.Master(CardKeyNumber.Sale)], chain.ReaderIdKey(1));
        Till = Till.Open(
            Seals.At(DatabasePath), new TerminalProfile(1, 7, 42, TimeZoneInfo.Utc), _keys, Chain.Trust,
            new TapSurroundings(chain.Clock, chain.Random, NullLogger.Instance));
    }

    public Till Till { get; }

    public string DatabasePath => Path.Combine(_folder.FullName, "terminal.db");

    public void Dispose()
    {
        Till.Dispose();
        _keys.Dispose();
        _folder.Delete(recursive: true);
    }
}
