namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// How often somebody tried a key of an NTAG 424 DNA and did not know it. Sources: NT4H2421Gx, table 50, for
/// the limit; measurements of MFRC522_NTAG424DNA for the delay.
/// </summary>
internal sealed class KeyTrials
{
    private const int FreeOnes = 50;

    /// <summary>TotFailCtr: failures, less what successes take off.</summary>
    public int Failed { get; set; }

    /// <summary>Failures since the last success.</summary>
    public int InARow { get; set; }

    /// <summary>How many more attempts are turned away before one counts.</summary>
    public int Delayed { get; set; }

    /// <exception cref="RefusedException">Not now, or never again.</exception>
    public void Begin(FailureLimit limit)
    {
        RefusedException.When(limit.IsOn && Failed >= limit.Most, OpenPoints.KeyBlocked);
        if (Delayed == 0)
            return;

        Delayed--;
        throw new RefusedException(Status.AuthenticationDelay);
    }

    public void Fail()
    {
        Failed++;
        InARow++;
        Delayed = InARow >= FreeOnes ? OpenPoints.AttemptsTurnedAway : 0;
    }

    public void Succeed(FailureLimit limit) =>
        (Failed, InARow) = (Math.Max(0, Failed - limit.Decrement), 0);
}

/// <summary>SetConfiguration 0A.</summary>
/// <param name="IsOn">Whether a key is blocked at all.</param>
/// <param name="Most">TotFailCtrLimit: failures at which it is, 1 to 65,535.</param>
/// <param name="Decrement">TotFailCtrDecr: what a success takes off.</param>
internal sealed record FailureLimit(bool IsOn, int Most, int Decrement)
{
    public static FailureLimit AsDelivered { get; } = new(IsOn: true, Most: 1000, Decrement: 10);
}
