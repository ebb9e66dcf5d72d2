using SmartCardCrm.Demo.Playground;

namespace SmartCardCrm.Demo.Tests;

/// <summary>Lights and buzzer, as the terminal prints them.</summary>
public sealed class LightsTests
{
    [Fact]
    public void What_the_terminal_switches_is_on_until_it_switches_it_off_at_each_reader_by_itself()
    {
        var (lights, changes) = (new Lights(), 0);
        lights.Changed += () => changes++;

        lights.Heard("signal 10:11:12.345 Virtual Reader 0 00 00: green on");
        lights.Heard("signal 10:11:12.345 Virtual Reader 0 00 00: buzzer on");
        lights.Heard("signal 10:11:12.346 vpcd:10001: red on");
        lights.Heard("signal 10:11:12.465 Virtual Reader 0 00 00: buzzer off");
        lights.Heard("ready");

        Assert.Equal(["green"], lights.On("Virtual Reader 0 00 00"));
        Assert.Equal(["red"], lights.On("vpcd:10001"));
        Assert.Empty(lights.On("Virtual Reader 0 00 01"));
        Assert.Equal(4, changes);
    }
}
