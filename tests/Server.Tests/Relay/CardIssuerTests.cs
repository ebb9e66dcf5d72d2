using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
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

    [Fact]
    public void A_card_that_was_planned_before_a_rotation_gets_the_keys_it_was_planned_with()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var content = VaultContent.Create(RandomNumberGenerator.Fill, hq.Clock.GetUtcNow());
        using var before = KeyVault.Holding(VaultContent.Decode(content.Encode()));
        content.AddMaster(CardKeyNumber.Issuer, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.TransactionMac, RandomNumberGenerator.Fill);
        using var after = KeyVault.Holding(content);
        var member = hq.Members.Add(1, new("Ada", null, "en"), "test");
        var (begun, fresh) = (Chip.FromFactory(1), Chip.FromFactory(2));
        var plan = IssuerWith(hq, before).Plan(begun.Uid, member.Id, "test");

        var issuer = IssuerWith(hq, after);
        issuer.Personalise(begun, plan, terminal: 0, progress: null);
        issuer.Personalise(fresh, issuer.Plan(fresh.Uid, member.Id, "test"), terminal: 0, progress: null);

        Assert.Equal(new KeyVersions(1, 1, 1, 1), hq.CardOf(begun).KeyVersions);
        Assert.Equal(new KeyVersions(2, 1, 2, 2), hq.CardOf(fresh).KeyVersions);
        Assert.Equal(
            (CardStatus.Active, CardStatus.Active), (hq.CardOf(begun).Status, hq.CardOf(fresh).Status));
    }

    private static CardIssuer IssuerWith(Headquarters hq, KeyVault vault) => new(
        new CardBook(hq.Database, vault, hq.Clock), vault, RandomNumberGenerator.Fill, new FeedBell());
}
