using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using static SmartCardCrm.Server.Tests.Console.ConsoleServer;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>What a member is given: all that is held, a welcome slip, and the end of a card.</summary>
public sealed class MemberRecordPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_member_s_file_has_every_operation_with_its_basket_and_nothing_about_staff()
    {
        using var visitor = await server.LoginAsync();
        server.Server.Services.GetRequiredService<AdjustmentDesk>().Ask(
            new AdjustmentWish(1, 7, "goodwill", "sherlock") { Request = "one" });

        var page = await ReadAsync(visitor, "/members/1/export");
        var text = await visitor.GetStringAsync("/members/1/export/json");
        using var unknown = await visitor.GetAsync("/members/99/export/json");

        var file = JsonDocument.Parse(text).RootElement;
        Assert.Equal("Ada <b>Lovelace</b>", file.GetProperty("member").GetProperty("name").GetString());
        var operations = file.GetProperty("operations").EnumerateArray().ToList();
        Assert.Equal(5, operations.Count);
        Assert.Contains(operations, one => one.GetProperty("basket").GetArrayLength() > 0);
        Assert.Equal(7, file.GetProperty("adjustments")[0].GetProperty("points").GetInt64());
        Assert.Equal(1, file.GetProperty("cards").GetArrayLength());
        foreach (var word in new[] { "sherlock", "keyVersion", "chainHash", "Анна" })
            Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase);
        Says(page, $"<td data-label=\"How many\" class=\"num\">{operations.Count}</td>");
        Assert.Equal(404, (int)unknown.StatusCode);
        Assert.Equal(
            [(ConsoleServer.Name, AuditAction.MemberExported)],
            server.Server.Services.GetRequiredService<Database>().Read(db =>
                AuditLog.Find(db, new AuditFilter { Action = AuditAction.MemberExported }, 0, 9)
                    .Select(line => (line.DoneBy, line.Action))));
    }

    [Fact]
    public async Task A_welcome_slip_speaks_the_member_s_language_unless_another_is_asked_for()
    {
        using var visitor = await server.LoginAsync();

        var anna = await ReadAsync(visitor, $"/cards/{SeededBook.AnnasCard}/slip");
        var english = await ReadAsync(visitor, $"/cards/{SeededBook.AnnasCard}/slip?language=en");
        var odd = await ReadAsync(visitor, $"/cards/{SeededBook.AnnasCard}/slip?language=../x");

        Says(anna, "<section class=\"slip\" lang=\"ru\"");
        Says(anna, "Добро пожаловать, Анна Каренина!");
        Says(anna, $"<dd class=\"big\">{SeededBook.AnnasCard}</dd>");
        Says(english, "Welcome, Анна Каренина!");
        Says(odd, "lang=\"ru\" aria-label=");
    }

    [Fact]
    public async Task A_card_with_points_is_retired_only_by_who_says_that_they_go_to_the_account()
    {
        using var visitor = await server.LoginAsync();
        const string Retire = "/cards/1000002/retire";

        var form = await ReadAsync(visitor, Retire);
        var none = await SendAsync(visitor, Retire, "retire", []);
        var kept = await SendAsync(visitor, Retire, "retire", new() { ["Reason"] = "worn-out" });
        var before = await ReadAsync(visitor, "/cards/1000002");
        Assert.Equal("", await SendAsync(visitor, Retire, "retire", new()
        {
            ["Reason"] = "worn-out",
            ["Carry"] = "true",
        }));
        var after = await ReadAsync(visitor, "/cards/1000002");

        Says(form, "go to the account of");
        Says(none, "Choose one of the reasons.");
        Says(kept, "Tick that they go to the member’s account.");
        Says(before, $"href=\"{Retire}\"");
        Assert.DoesNotContain($"href=\"{Retire}\"", after, StringComparison.Ordinal);
        Says(after, "Carried over");
        Says(
            await SendAsync(visitor, Retire, "retire", new() { ["Reason"] = "worn-out" }),
            "The card is out of use already.");
    }

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);
}
