namespace SmartCardCrm.World.Tests;

public sealed class FileTests
{
    private const int Seeds = 500;

    [Fact]
    public void Losing_what_came_after_a_moment_leaves_what_was_there_at_that_moment()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var dice = new Dice(seed);
            var file = new SimulatedFile("any");
            var history = Change(file, dice, times: 20, from: 0);
            var moment = dice.Below(history.Count);

            file.LoseFrom(moment);

            Assert.Equal(history[moment], file.Content.ToArray());
        }
    }

    [Fact]
    public void What_was_synced_is_never_lost()
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var dice = new Dice(seed);
            var file = new SimulatedFile("any");
            var synced = Change(file, dice, times: 5, from: 0)[^1];
            file.Sync();
            Change(file, dice, times: 5, from: 5);

            file.LoseFrom(long.MinValue);

            Assert.Equal(synced, file.Content.ToArray());
        }
    }

    [Fact]
    public void Each_sector_is_the_old_one_or_the_new_one()
    {
        var mixed = 0;
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var dice = new Dice(seed);
            var file = new SimulatedFile("any");
            var old = Change(file, dice, times: 5, from: 0)[^1];
            file.Sync();
            var @new = Change(file, dice, times: 5, from: 5)[^1];

            file.LoseSectors(dice);

            var kept = file.Content.ToArray();
            Assert.Contains(kept.Length, new[] { old.Length, @new.Length });
            for (var at = 0; at < kept.Length; at += 512)
            {
                string[] expected = [Sector(old, at, kept), Sector(@new, at, kept)];
                Assert.Contains(Sector(kept, at, kept), expected);
            }

            mixed += kept.SequenceEqual(old) || kept.SequenceEqual(@new) ? 0 : 1;
        }

        Assert.NotEqual(0, mixed);
    }

    // What a sector says, with zeros where a shorter content has none, up to the end of another.
    private static string Sector(byte[] content, int start, byte[] end)
    {
        var sector = new byte[Math.Min(512, end.Length - start)];
        content.AsSpan(Math.Min(start, content.Length)..Math.Min(start + sector.Length, content.Length))
            .CopyTo(sector);
        return Convert.ToHexString(sector);
    }

    /// <returns>What the file held before each change, and at the end.</returns>
    private static List<byte[]> Change(SimulatedFile file, Dice dice, int times, int from)
    {
        List<byte[]> history = [];
        for (var order = from; order < from + times; order++)
        {
            history.Add(file.Content.ToArray());
            if (dice.Chance(0.2))
                file.Truncate(dice.Below(9000), order);
            else
                file.Write(Noise(dice), dice.Below(9000), order);
        }

        history.Add(file.Content.ToArray());
        return history;
    }

    private static byte[] Noise(Dice dice)
    {
        var bytes = new byte[1 + dice.Below(3000)];
        dice.Fill(bytes);
        return bytes;
    }
}
