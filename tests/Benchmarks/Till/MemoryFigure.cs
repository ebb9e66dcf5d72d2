using System.Globalization;
using System.Text;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Reader;
using SmartCardCrm.Terminal.Keys;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>
/// What <c>terminal serve</c> has in memory after a long day with a large replica. The till and the chips are
/// in this process, and reach it by the Till API and vpcd's protocol: nothing but the terminal is weighed.
/// </summary>
internal static class MemoryFigure
{
    private const int Members = 100_000;
    private const int Shoppers = 200;
    private const int Sales = 10_000;

    /// <param name="folder">The terminal's; made here.</param>
    public static async Task PrintAsync(BenchChain chain, string folder)
    {
        EnrolledFolder.Make(chain, folder, Members);
        var cards = Enumerable.Range(0, Shoppers)
            .Select(shopper => chain.Issue(1 + (shopper * (Members / Shoppers)))).ToList();
        var port = StartedProcess.FreePort();
        using var terminal = await StartedProcess.TerminalAsync(folder, port);
        var atStart = terminal.ResidentBytes;
        using var reader = new VpcdSlot(port, (_, _) => { });
        var address = terminal.Lines.Single(line => line.StartsWith("till api: ", StringComparison.Ordinal));
        using var till = await Till.OpenAsync(
            address["till api: ".Length..], await File.ReadAllTextAsync(new DataFolder(folder).TillApiKey));
        for (var sale = 0; sale < Sales; sale++)
            await till.SellAsync(sale, reader, cards[sale % Shoppers]);

        SayMegabytes("resident memory at start", atStart);
        SayMegabytes("resident memory", terminal.ResidentBytes, aim: 150);
        SayMegabytes("resident memory at most", terminal.ResidentBytesMost);
    }

    /// <summary>A till that posts sales and hears by the stream of events when they are complete.</summary>
    private sealed class Till : IDisposable
    {
        private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };
        private StreamReader? _events;

        public static async Task<Till> OpenAsync(string address, string key)
        {
            var till = new Till();
            till._client.BaseAddress = new Uri(address);
            till._client.DefaultRequestHeaders.Add("X-Api-Key", key);
            till._events = new StreamReader(
                await till._client.GetStreamAsync(new Uri("v1/events", UriKind.Relative)));
            await till._events.ReadLineAsync();
            return till;
        }

        public async Task SellAsync(int number, VpcdSlot reader, SimulatedCard card)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/checkouts");
            request.Headers.Add("Idempotency-Key", number.ToString(CultureInfo.InvariantCulture));
            request.Content = new StringContent(
                """{"amountMinor":1234,"currency":"USD"}""", Encoding.UTF8, "application/json");
            using var answer = await _client.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            reader.TryInsert(card);
            await CompletedAsync();
            reader.Remove();
        }

        public void Dispose()
        {
            _events?.Dispose();
            _client.Dispose();
        }

        private async Task CompletedAsync()
        {
            while (await _events!.ReadLineAsync() is { } line)
            {
                if (line.Contains("\"completed\"", StringComparison.Ordinal))
                    return;
                if (line.Contains("\"present_again\"", StringComparison.Ordinal)
                    || line.Contains("\"declined\"", StringComparison.Ordinal))
                    throw new InvalidOperationException($"A sale did not complete: {line}");
            }

            throw new InvalidOperationException("The terminal hung up.");
        }
    }
}
