namespace SmartCardCrm.Terminal.Signals;

/// <summary>What a reader says to whoever stands before it.</summary>
internal enum Sign
{
    /// <summary>No card is served here: the reader is gone, or the terminal stopped or not
    /// ready.</summary>
    OutOfService = 0,

    /// <summary>The housing was opened.</summary>
    Tamper,

    /// <summary>Nobody waits for a card.</summary>
    Ready,

    /// <summary>Put a card here.</summary>
    Waiting,

    /// <summary>Leave the card where it is.</summary>
    Reading,

    /// <summary>It happened, and the journal has it.</summary>
    Done,

    /// <summary>The programme said no; nothing happened.</summary>
    Declined,

    /// <summary>Nothing happened: present the card again.</summary>
    Again,

    /// <summary>Nobody knows: present the same card again, now.</summary>
    Doubt,

    /// <summary>The card has done its work and lies there still.</summary>
    TakeCard,
}

/// <summary>What can be lit or sound, any of them at once.</summary>
[Flags]
internal enum Parts
{
    None = 0,
    Green = 1,
    Red = 2,
    Yellow = 4,
    Buzzer = 8,
}
