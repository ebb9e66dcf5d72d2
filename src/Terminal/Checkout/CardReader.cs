namespace SmartCardCrm.Terminal;

/// <summary>What a reader sees.</summary>
internal abstract record CardPresence
{
    private CardPresence() { }

    /// <summary>The reader is there and nothing lies on it.</summary>
    public sealed record Absent : CardPresence;

    /// <summary>A card lies on the reader.</summary>
    /// <param name="Insertion">Rises with each insertion, so that a card put back is not taken for one that
    /// stayed.</param>
    public sealed record Present(long Insertion) : CardPresence;

    /// <summary>The reader is unplugged, or the daemon behind it is gone; it may come back.</summary>
    public sealed record Unavailable : CardPresence;
}

/// <summary>One place to put a card. Used by one thread, but for <see cref="Wake"/>.</summary>
internal interface ICardReader
{
    /// <summary>As the operating system names it; stays the same over unplugging.</summary>
    string Name { get; }

    /// <summary>Looks without blocking and without sending anything to the card.</summary>
    CardPresence Look();

    /// <summary>Opens an exclusive session with the card now on the reader; null where there is none (any
    /// more).</summary>
    ICardConnection? TryConnect();

    /// <summary>Blocks until something may have changed, <see cref="Wake"/> was called, or the time is
    /// over.</summary>
    void Wait(TimeSpan most);

    /// <summary>Ends the present or the next <see cref="Wait"/>. From any thread.</summary>
    void Wake();
}
