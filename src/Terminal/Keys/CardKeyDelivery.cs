using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>Takes card keys as they were delivered, or sealed earlier, into the terminal's memory.</summary>
internal sealed class CardKeyDelivery(EnrolledTerminal terminal, DataFolder data, TerminalKeys keys)
{
    /// <summary>Keys sealed at an earlier start, where this terminal keeps any: a shop without a network can
    /// sell.</summary>
    public void Restore()
    {
        if (terminal.CardKeys != CardKeyStorage.Sealed)
            return;
        if (SealedCardKeys.Load(data, terminal.Terminal) is { } kept)
            Take(kept);
    }

    /// <summary>Keys that have just come from headquarters take the place of all others.</summary>
    /// <exception cref="FormatException">A key has a wrong length or version; the old keys stay.</exception>
    public void Deliver(CardKeysReply delivered)
    {
        Take(delivered);
        if (terminal.CardKeys == CardKeyStorage.Sealed)
            SealedCardKeys.Save(data, terminal.Terminal, delivered);
    }

    /// <summary>This terminal is not trusted any more: nothing stays, in memory or on disk.</summary>
    public void Forget()
    {
        keys.Dispose();
        File.Delete(data.SealedCardKeys);
    }

    private void Take(CardKeysReply delivered)
    {
        var wellFormed = delivered.ReaderIdKey.Length == ReaderIdKey.Length
            && delivered.Keys.All(
                k => k.Key.Length == ReaderIdKey.Length && k.Version is >= 1 and <= byte.MaxValue);
        if (!wellFormed)
            throw new FormatException("The card keys are not of the form they should be.");
        keys.Replace(
            [.. delivered.Keys.Select(
                k => new MasterKey((CardKeyNumber)k.KeyNumber, (byte)k.Version, k.Key.Span))],
            new ReaderIdKey(delivered.ReaderIdKey.Span));
    }
}
