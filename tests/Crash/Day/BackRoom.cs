using SmartCardCrm.Crash.Chain;

namespace SmartCardCrm.Crash.Day;

/// <summary>What happens to a terminal of which customers see little.</summary>
internal static class BackRoom
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    // Where a disk refuses the keys, they are sealed at the next start.
    private static readonly TimeSpan SealedWithin = TimeSpan.FromSeconds(5);

    /// <summary>Headquarters blocks the card, and it is shown until it is refused.</summary>
    public static async Task BlockAsync(Shop shop, string card)
    {
        await shop.Chain.Operator.BlockCardAsync(card, shop.Limit);
        while (!await shop.IsRefusedAsync(card))
            await Task.Delay(LookAgain, TimeProvider.System, shop.Limit);
    }

    /// <summary>The card was found again, and is shown until it is served.</summary>
    public static async Task UnblockAsync(Shop shop, string card)
    {
        await shop.Chain.Operator.UnblockCardAsync(card, shop.Limit);
        while (await shop.IsRefusedAsync(card))
            await Task.Delay(LookAgain, TimeProvider.System, shop.Limit);
    }

    /// <summary>Its certificate is so old that headquarters makes a new one as soon as it is on the
    /// line.</summary>
    public static async Task RenewAsync(Shop shop)
    {
        var folder = shop.Terminal.Folder;
        File.Copy(folder.OldCertificate, folder.Certificate, overwrite: true);
        await shop.Terminal.StartAsync(shop.Limit);
        while (folder.HoldsOldCertificate && !await HasFaultAsync(shop))
            await Task.Delay(LookAgain, TimeProvider.System, shop.Limit);
    }

    /// <summary>
    /// It was opened, and is switched on again: it has wiped its card keys when somebody releases it, and
    /// gets new ones.
    /// </summary>
    public static async Task ReleaseAsync(Shop shop)
    {
        var folder = shop.Terminal.Folder;
        await File.WriteAllTextAsync(folder.Tampered, "2026-01-01T00:00:00.0000000+00:00\n", shop.Limit);
        var starting = shop.Terminal.StartAsync(shop.Limit);
        while (File.Exists(folder.SealedKeys) && !starting.IsCompleted)
            await Task.Delay(LookAgain, TimeProvider.System, shop.Limit);
        await shop.Terminal.ReleaseAsync(shop.Limit);
        await starting;
        var began = FairClock.Shared.GetTimestamp();
        while (!File.Exists(folder.SealedKeys) && FairClock.Shared.GetElapsedTime(began) < SealedWithin)
        {
            await Task.Delay(LookAgain, TimeProvider.System, shop.Limit);
            await shop.Till.HealthAsync(shop.Limit);
        }
    }

    private static async Task<bool> HasFaultAsync(Shop shop) =>
        (await shop.Till.HealthAsync(shop.Limit))["faults"]!.AsArray().Count > 0;
}
