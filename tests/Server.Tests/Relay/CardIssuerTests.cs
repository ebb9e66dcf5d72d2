using System.Security.Cryptography;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.Server.Vault;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Tests.Relay;

public sealed class CardIssuerTests(SqliteEngine engine) : IClassFixture<SqliteEngine>
{
    [Fact]
    public void A_card_is_issued_over_any_channel_and_only_once()
    {
        using var hq = new Headquarters(engine.OpenBook());
        using var vault = KeyVault.Holding(
            VaultContent.Create(RandomNumberGenerator.Fill, hq.Clock.GetUtcNow()));
        var bell = new FeedBell();
        var rung = bell.Next;
        var issuer = new CardIssuer(
            new CardBook(hq.Database, vault, hq.Clock), vault, RandomNumberGenerator.Fill, bell);
        var member = hq.Members.Add(1, new("Ada", null, "en"), "test");
        var chip = Chip.FromFactory(1);

        issuer.Personalise(chip, issuer.Plan(chip.Uid, member.Id, "test"), terminal: 0, progress: null);

        Assert.Equal((CardStatus.Active, member.Id), (hq.CardOf(chip).Status, hq.CardOf(chip).Member));
        Assert.True(rung.IsCompleted);
        var again = Assert.Throws<IssueRefusedException>(() => issuer.Plan(chip.Uid, member.Id, "test"));
        Assert.Equal("card-taken", again.Code);
    }
}
