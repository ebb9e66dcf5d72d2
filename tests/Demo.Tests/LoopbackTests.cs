using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Demo.Tests;

/// <summary>Ports of this machine, which programs that are started side by side must not share.</summary>
public sealed class LoopbackTests
{
    [Fact]
    public void No_port_is_handed_out_twice_however_many_are_asked_for_at_once()
    {
        List<int> all = [];
        for (var i = 0; i < 200; i++)
        {
            all.Add(Loopback.FreePorts(1)[0]);
            all.AddRange(Enumerable.Range(Loopback.FreeRange(2), 2));
            all.AddRange(Enumerable.Range(Loopback.FreeRange(7), 7));
        }

        Assert.Equal(2000, all.Distinct().Count());
    }
}
