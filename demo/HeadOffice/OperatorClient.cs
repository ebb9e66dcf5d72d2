using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace SmartCardCrm.Demo.HeadOffice;

/// <summary>Calls the server's operator API, as a member of staff's command line does.</summary>
internal sealed class OperatorClient : IDisposable
{
    private const int Page = 1000;
    private readonly HttpClient _http;

    /// <summary>Does not connect yet.</summary>
    /// <param name="address">The server's endpoint for people.</param>
    /// <param name="token">The operator's token, which the server made at its first start.</param>
    public OperatorClient(Uri address, string token)
    {
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<Member> AddMemberAsync(NewMember member, CancellationToken cancellation) =>
        await PostAsync("api/members", member, OperatorJson.Default.NewMember, OperatorJson.Default.Member,
            cancellation);

    /// <summary>A one-time token with which a new terminal enrols.</summary>
    public async Task<EnrolmentToken> InviteTerminalAsync(NewTerminal terminal,
        CancellationToken cancellation) =>
        await PostAsync(
            "api/terminals/tokens", terminal, OperatorJson.Default.NewTerminal,
            OperatorJson.Default.EnrolmentToken,
            cancellation);

    public async Task<IReadOnlyList<EnrolledTerminal>> TerminalsAsync(CancellationToken cancellation) =>
        [.. (await GetAsync("api/terminals", OperatorJson.Default.IReadOnlyListTerminalRow, cancellation))
            .Select(row => row.Terminal)];

    /// <summary>Lets supervisors put points on cards at a terminal, or take some off.</summary>
    /// <param name="most">Points at once.</param>
    /// <param name="dayMost">Points in a day.</param>
    public Task AllowAdjustmentsAsync(
        int terminal, int most, int dayMost, CancellationToken cancellation) =>
        ChangeLimitsAsync(
            terminal,
            limits => (limits["adjustmentMost"], limits["adjustmentDayMost"]) = (most, dayMost),
            cancellation);

    /// <summary>Lets headquarters decide everything at a terminal, which then holds no card keys.</summary>
    public Task CentraliseAsync(int terminal, CancellationToken cancellation) => ChangeLimitsAsync(
        terminal,
        limits => limits["modes"] = new JsonObject(
            new[] { "earn", "redeem", "return", "adjust", "enquire" }.Select(operation =>
                KeyValuePair.Create<string, JsonNode?>(
                    operation, new JsonObject { ["mode"] = "centralised" }))),
        cancellation);

    /// <summary>Changes a terminal's limits, as people do: gets them, and puts them back.</summary>
    public async Task ChangeLimitsAsync(
        int terminal, Action<JsonObject> change, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"api/terminals/{terminal}/limits");
        var limits = await _http.GetFromJsonAsync<JsonObject>(path, cancellation)
            ?? throw new HttpRequestException($"The server answered {path} with nothing.");
        change(limits);
        using var answer = await _http.PutAsJsonAsync(path, limits, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<IssueJob> IssueCardAsync(IssueOrder order, CancellationToken cancellation) =>
        await PostAsync("api/cards/issue", order, OperatorJson.Default.IssueOrder,
            OperatorJson.Default.IssueJob, cancellation);

    public Task<IssueJob> JobAsync(string id, CancellationToken cancellation) =>
        GetAsync($"api/jobs/{id}", OperatorJson.Default.IssueJob, cancellation);

    /// <summary>No terminal serves the card any more.</summary>
    public Task BlockCardAsync(string uid, CancellationToken cancellation) =>
        BlockAsync(uid, "block", "lost", cancellation);

    /// <summary>Terminals serve it again.</summary>
    public Task UnblockCardAsync(string uid, CancellationToken cancellation) =>
        BlockAsync(uid, "unblock", "found", cancellation);

    /// <summary>How often terminals are known to have refused the card because it was blocked.</summary>
    public async Task<int> RefusalsAsync(string uid, CancellationToken cancellation)
    {
        var history = await _http.GetFromJsonAsync<JsonObject>($"api/cards/{uid}/blocks", cancellation);
        return history?["refused"]?.AsArray().Count ?? 0;
    }

    public Task<IReadOnlyList<LedgerCard>> LedgerCardsAsync(CancellationToken cancellation) =>
        GetAsync("api/ledger/cards", OperatorJson.Default.IReadOnlyListLedgerCard, cancellation);

    public Task<Overview> OverviewAsync(CancellationToken cancellation) =>
        GetAsync("api/overview", OperatorJson.Default.Overview, cancellation);

    /// <summary>What headquarters finds when it checks its own book.</summary>
    public Task<IReadOnlyList<CheckLine>> CheckAsync(CancellationToken cancellation) =>
        GetAsync("api/check", OperatorJson.Default.IReadOnlyListCheckLine, cancellation);

    /// <summary>A terminal's newest transactions, newest first.</summary>
    public async Task<IReadOnlyList<PostedTransaction>> NewestAsync(
        int terminal, int most, CancellationToken cancellation) =>
        (await GetAsync(
            string.Create(
                CultureInfo.InvariantCulture, $"api/transactions?terminal={terminal}&take={most}"),
            OperatorJson.Default.TransactionPage, cancellation)).Rows;

    /// <summary>The newest exceptions, open or closed, newest first.</summary>
    public async Task<IReadOnlyList<OpenException>> ExceptionsAsync(
        int most, CancellationToken cancellation) =>
        (await GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"api/exceptions?open=false&take={most}"),
            OperatorJson.Default.ExceptionPage, cancellation)).Rows;

    /// <summary>Every transaction posted so far.</summary>
    public async Task<IReadOnlyList<PostedTransaction>> TransactionsAsync(CancellationToken cancellation)
    {
        var all = new List<PostedTransaction>();
        while (true)
        {
            var page = await GetAsync(
                string.Create(CultureInfo.InvariantCulture, $"api/transactions?skip={all.Count}&take={Page}"),
                OperatorJson.Default.TransactionPage, cancellation);
            all.AddRange(page.Rows);
            if (page.Rows.Count == 0)
                return all;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task BlockAsync(string uid, string what, string reason, CancellationToken cancellation)
    {
        var asked = new JsonObject { ["reason"] = reason };
        using var answer = await _http.PostAsJsonAsync($"api/cards/{uid}/{what}", asked, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await _http.GetFromJsonAsync(path, type, cancellation)
        ?? throw new HttpRequestException($"The server answered {path} with nothing.");

    private async Task<TAnswer> PostAsync<TOrder, TAnswer>(
        string path, TOrder order, JsonTypeInfo<TOrder> orderType, JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync(path, order, orderType, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            var why = await answer.Content.ReadAsStringAsync(cancellation);
            throw new HttpRequestException($"{path}: {(int)answer.StatusCode} {why}", null,
                answer.StatusCode);
        }

        return await answer.Content.ReadFromJsonAsync(answerType, cancellation)
            ?? throw new HttpRequestException($"The server answered {path} with nothing.");
    }
}
