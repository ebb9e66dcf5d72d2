using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>An exclusive session with one card; disposing of it lets the card go.</summary>
internal interface ICardConnection : ICardChannel, IDisposable
{
    /// <summary>As the reader's own <c>FF CA 00 00 00</c> gives it, which costs no air time.</summary>
    Uid Uid { get; }
}
