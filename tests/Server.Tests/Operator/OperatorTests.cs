using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Operator;

public sealed class OperatorTests
{
    [Fact]
    public async Task Without_the_operators_token_nothing_is_told()
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = server.People(asOperator: false);

        using var bare = await http.GetAsync("/api/members");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "guessed");
        using var guessed = await http.GetAsync("/api/members");

        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, guessed.StatusCode);
        Assert.Equal("operator-token", await CodeOf(guessed));
    }

    [Fact]
    public async Task A_member_that_was_taken_on_is_found_by_part_of_the_name()
    {
        await using var server = await InProcessServer.StartAsync();
        var anna = new { name = "Анна Каренина", language = "ru" };
        await server.CallAsync(HttpMethod.Post, "/api/members", anna);
        await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Bob" });

        var found = await server.GetAsync($"/api/members?text={Uri.EscapeDataString("каре")}");

        Assert.Equal(1, found.GetProperty("total").GetInt32());
        Assert.Equal("Анна Каренина", found.GetProperty("rows")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("/api/members", """{"name":""}""", HttpStatusCode.BadRequest, "name-length")]
    [InlineData(
        "/api/members", """{"name":"A","language":"xx"}""", HttpStatusCode.BadRequest, "language-unknown")]
    [InlineData(
        "/api/terminals/tokens", """{"name":"T","store":1,"storeZone":"Mars"}""",
        HttpStatusCode.BadRequest, "store-zone-unknown")]
    [InlineData(
        "/api/cards/issue", """{"member":1,"terminal":1}""", HttpStatusCode.NotFound, "member-unknown")]
    [InlineData(
        "/api/rule-sets",
        """
        {"version":1,"programme":1,"currency":"USD","minorPerUnit":0,"cardBalanceMost":1,"rules":[]}
        """,
        HttpStatusCode.BadRequest, "rule-set")]
    public async Task What_is_asked_wrongly_is_refused_with_a_stable_code(
        string path, string body, HttpStatusCode status, string code)
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = server.People();

        using var answer = await http.PostAsync(
            path, new StringContent(body, MediaTypeHeaderValue.Parse("application/json")));

        Assert.Equal((status, code), (answer.StatusCode, await CodeOf(answer)));
    }

    [Fact]
    public async Task A_body_that_is_no_json_of_the_right_shape_is_a_bad_request()
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = server.People();

        using var broken = await http.PostAsync(
            "/api/members", new StringContent("{", MediaTypeHeaderValue.Parse("application/json")));
        using var more = await http.PostAsJsonAsync("/api/members", new { name = "A", points = 1000 });

        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
    }

    private static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
}
