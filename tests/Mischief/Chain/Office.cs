using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Mischief.Chain;

/// <summary>Headquarters: a book with its rooms.</summary>
internal sealed class Office
{
    /// <summary>Points that a terminal may let redeem in one sale by itself.</summary>
    public const int OperationMost = 5;

    private static readonly DateTimeOffset Founded = new(2021, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly KeyVault _vault;
    private readonly CardBook _cards;
    private readonly MemberBook _members;

    /// <param name="book">Empty.</param>
    /// <param name="vault">The chain's keys. Not owned.</param>
    public Office(Database book, KeyVault vault)
    {
        (Book, _vault) = (book, vault);
        Clock.Now = Founded;
        Intake = new Intake(book, vault, Clock, NullLogger<Intake>.Instance);
        _cards = new CardBook(book, vault, Clock);
        _members = new MemberBook(book, vault, Clock);
        FeedEpoch.Begin(book, RandomNumberGenerator.Fill);
        new ProgrammeBook(book, vault, Clock).SeedFirst();
    }

    public Database Book { get; }

    public SetClock Clock { get; } = new();

    public Intake Intake { get; }

    /// <summary>Takes on a member and issues the card to it. In another book that issued the same cards
    /// before it comes out the same.</summary>
    public PaperCard Issue(Uid uid)
    {
        var now = Clock.Now;
        Clock.Now = Founded;
        var member = _members.Add(1, new NewMember("Member", Phone: null, "en"), "test");
        var plan = ((PlanAnswer.Planned)_cards.Plan(uid, member.Id, _vault.NewestVersions, "test")).Plan;
        var card = new PaperCard(
            uid, (ulong)plan.Card.Number, _vault.TransactionMacKey(uid, plan.Card.TmKeyVersion));
        Clock.Now = now;
        var born = _cards.CompleteBirth(uid, card.Bear(plan.Content).Evidence, terminal: 0);
        return born is Verdict.Accepted ? card : throw new InvalidOperationException($"{uid}: {born}");
    }

    public ShopTerminal Enrol(uint number, uint store)
    {
        Book.Write(db =>
        {
            TerminalBook.Insert(
                db,
                new Server.Terminals.Terminal
                {
                    Number = number,
                    Name = $"Till {number}",
                    Programme = 1,
                    Store = store,
                    StoreZone = "UTC",
                    EnrolledUs = Clock.Now.ToUnixTimeMilliseconds() * 1000,
                },
                BitConverter.GetBytes(number));
            var limits = Limits.FirstOf(number) with { OperationMost = OperationMost };
            new LimitsBook(Book, _vault, Clock).Issue(db, limits, "test");
        });
        return new ShopTerminal(number, store, _vault.ReaderIdKey(number));
    }

    public void Revoke(ShopTerminal terminal) =>
        new TerminalBook(Book, Clock).Revoke(terminal.Number, "test");

    /// <summary>A reader id in this terminal's name, signed with another's key.</summary>
    public ReaderId SignFalsely(ShopTerminal named, Uid card, uint counter)
    {
        using var key = _vault.ReaderIdKey(named.Number + 1);
        return key.Sign(card, named.Number, named.Journal.Next, counter);
    }
}
