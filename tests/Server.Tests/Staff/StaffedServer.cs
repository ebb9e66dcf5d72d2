using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.Console;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>A server with one clerk of each role, who works for the whole chain, and a cashier and a
/// supervisor of store 7.</summary>
public sealed class StaffedServer : IAsyncLifetime
{
    private readonly Dictionary<string, HttpClient> _programs = [];
    private readonly Dictionary<string, HttpClient> _browsers = [];
    private InProcessServer? _server;

    internal InProcessServer Server => _server!;

    public HttpClient ProgramOf(string name) => _programs[name];

    public HttpClient BrowserOf(string name) => _browsers[name];

    public async ValueTask InitializeAsync()
    {
        _server = await InProcessServer.StartAsync(
            fill: folder => SeededBook.Write(Path.Combine(folder, "book.db")));
        // The book's cards have keys that this server's vault has not.
        _server.AnnounceError("checks of the book failed");
        Assert.True(_server.Services.GetRequiredService<StaffLogin>().TryAddFirst("grace", Clerks.Password));
        foreach (var role in Roles.All)
            await HireAsync(role.Code, role.Code);
        await HireAsync("cashier-7", "cashier", 7);
        await HireAsync("supervisor-7", "supervisor", 7);
        await HireAsync("supervisor-319", "supervisor", 319);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _programs.Values.Concat(_browsers.Values))
            client.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private async Task HireAsync(string name, string role, params long[] stores)
    {
        Clerks.Hire(Server.Services, name, role, stores);
        _programs[name] = Server.Program(name);
        _browsers[name] = await Server.BrowserAsync(name);
    }
}
