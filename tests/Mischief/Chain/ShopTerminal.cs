using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Tests.Chain;

namespace SmartCardCrm.Mischief.Chain;

/// <summary>A terminal: its journal, and who it signs as.</summary>
internal sealed class ShopTerminal(uint number, uint store, ReaderIdKey readerKey)
{
    public uint Number => number;

    public uint Store => store;

    public TestJournal Journal { get; } = new();

    /// <summary>What was done here, in the journal's order; each has its entries in a row.</summary>
    public List<Story.Deed> Deeds { get; } = [];

    /// <summary>Its line is cut from this entry on, until all others have reported.</summary>
    public uint CutFrom { get; set; } = uint.MaxValue;

    /// <summary>From this entry on, its journal comes when everything else is over, or never.</summary>
    public uint WithheldFrom { get; set; } = uint.MaxValue;

    public ReaderId Sign(Uid card, uint counter) => readerKey.Sign(card, number, Journal.Next, counter);
}
