namespace SmartCardCrm.Terminal;

/// <summary>Headquarters, as far as it can drive cards on this terminal's readers.</summary>
internal interface IHeadquarters
{
    /// <summary>Whether it was there when it was last heard of.</summary>
    bool IsReachable { get; }

    /// <summary>Lends it a card.</summary>
    /// <exception cref="HeadquartersAwayException">It cannot be reached.</exception>
    ITapSession Open(ICardConnection card);
}

/// <summary>Headquarters did not answer, or not in time.</summary>
internal sealed class HeadquartersAwayException(string message, Exception? inner = null)
    : Exception(message, inner);
