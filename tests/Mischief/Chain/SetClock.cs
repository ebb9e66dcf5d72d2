namespace SmartCardCrm.Mischief.Chain;

/// <summary>Headquarters' clock: it shows what it is set to.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}
