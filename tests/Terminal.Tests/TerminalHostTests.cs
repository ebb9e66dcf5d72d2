using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SmartCardCrm.Terminal.Commands;

namespace SmartCardCrm.Terminal.Tests;

public sealed class TerminalHostTests
{
    [Fact]
    public async Task A_disk_that_fails_in_the_background_is_not_a_wanted_end()
    {
        await using var app = Host(services => services.AddHostedService<FullDisk>());

        var failure = await Assert.ThrowsAsync<IOException>(
            () => TerminalHost.RunToItsEnd(app, TestContext.Current.CancellationToken));

        Assert.Equal("No space left on device", failure.Message);
    }

    [Fact]
    public async Task A_terminal_that_is_told_to_stop_has_not_failed()
    {
        await using var app = Host(_ => { });
        app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);

        await TerminalHost.RunToItsEnd(app, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_what_to_do()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var app = Host(_ => { }, ((IPEndPoint)other.LocalEndpoint).Port);

        var failure = await Assert.ThrowsAsync<CommandException>(
            () => TerminalHost.RunToItsEnd(app, TestContext.Current.CancellationToken));

        Assert.Equal("address-taken", failure.Code);
        Assert.Contains("--urls", failure.Message, StringComparison.Ordinal);
    }

    private static WebApplication Host(Action<IServiceCollection> add, int port = 0)
    {
        var url = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}"));
        var builder = TerminalHost.NewBuilder(url, TimeProvider.System);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TerminalEnd>();
        add(builder.Services);
        return builder.Build();
    }

    private sealed class FullDisk : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new IOException("No space left on device");
        }
    }
}
