using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Network.Tests;

/// <summary>One authority takes over from another: the whole server and whole terminals, over real sockets,
/// and nobody visits a shop.</summary>
public sealed class RollOverTests : IAsyncDisposable
{
    private readonly RunningChain _chain = new();

    private AuthorityDesk Desk => _chain.Services.GetRequiredService<AuthorityDesk>();

    public ValueTask DisposeAsync() => _chain.DisposeAsync();

    [Fact]
    public async Task All_terminals_follow_the_next_authority_also_one_that_was_switched_off()
    {
        await _chain.StartServerAsync();
        var (first, second) = (await _chain.EnrolAsync("first"), await _chain.EnrolAsync("second"));
        await RunningChain.EventuallyAsync(() => _chain.Connected(first) && _chain.Connected(second));
        await RunningChain.EventuallyAsync(() => first.HasRules && second.HasRules);
        await second.StopAsync();

        await _chain.StopServerAsync();
        _chain.Content.AddAuthority(TimeProvider.System.GetUtcNow());
        var next = SHA256.HashData(_chain.Content.Authorities[1].Certificate.Span);
        await _chain.StartServerAsync();

        await RunningChain.EventuallyAsync(() => Follows(first, next));
        Assert.False(Follows(second, next));
        Assert.Equal("terminals-behind", Desk.Retire([], "test"));
        second.Start();
        await RunningChain.EventuallyAsync(() => Follows(second, next));
        await RunningChain.EventuallyAsync(() => _chain.Connected(first) && _chain.Connected(second));
        Assert.Equal(_chain.Content.Authorities[0].Certificate.ToArray(), first.Authority);

        Assert.Null(Desk.Retire([], "test"));

        foreach (var terminal in _chain.Terminals)
        {
            await RunningChain.EventuallyAsync(() => SHA256.HashData(terminal.Authority).SequenceEqual(next));
            Assert.False(File.Exists(terminal.Data.NextAuthority));
            await RunningChain.EventuallyAsync(() => _chain.Connected(terminal));
            await terminal.StopAsync();
            Assert.True(terminal.HasRules);
            terminal.Start();
        }

        await RunningChain.EventuallyAsync(() => _chain.Connected(first) && _chain.Connected(second));
        Assert.Equal("authority-alone", Desk.Retire([], "test"));
    }

    [Fact]
    public async Task A_terminal_that_was_left_behind_reaches_the_server_no_more_and_the_others_do()
    {
        await _chain.StartServerAsync();
        var (first, second) = (await _chain.EnrolAsync("first"), await _chain.EnrolAsync("second"));
        await RunningChain.EventuallyAsync(() => _chain.Connected(first) && _chain.Connected(second));
        await second.StopAsync();
        await _chain.StopServerAsync();
        _chain.Content.AddAuthority(TimeProvider.System.GetUtcNow());
        var next = SHA256.HashData(_chain.Content.Authorities[1].Certificate.Span);
        await _chain.StartServerAsync();
        await RunningChain.EventuallyAsync(() => Follows(first, next));

        Assert.Null(Desk.Retire([second.Number], "test"));

        await Assert.ThrowsAsync<RpcException>(() => CallAsync(second));
        await CallAsync(first);
        await RunningChain.EventuallyAsync(() => _chain.Connected(first));
        // Also after a restart the book knows who speaks.
        await _chain.StopServerAsync();
        await _chain.StartServerAsync();
        await RunningChain.EventuallyAsync(() => _chain.Connected(first));
        Assert.Equal(Convert.ToHexString(next), Desk.Report().Current);
    }

    private bool Follows(RunningTerminal terminal, byte[] authority) => Desk.Report().Terminals
        .Single(row => row.Terminal == terminal.Number).Follows(Convert.ToHexString(authority));

    private async Task CallAsync(RunningTerminal terminal)
    {
        using var certificates = TerminalCertificates.Load(terminal.Data);
        using var channel = ServerLink.Mutual(_chain.Grpc, certificates);
        await new TerminalSync.TerminalSyncClient(channel).FetchCardKeysAsync(new CardKeysRequest());
    }
}
