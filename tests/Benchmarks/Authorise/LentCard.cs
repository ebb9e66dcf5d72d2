using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Collections;
using SmartCardCrm.Benchmarks.Till;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Benchmarks.Authorise;

/// <summary>A chip in process, on the reader of a terminal that passes on what headquarters says.</summary>
internal sealed class LentCard
{
    private const int AnswerMost = 258;

    private readonly TimedCard _card;

    private LentCard(TimedCard card, Uid uid)
    {
        _card = card;
        Span<byte> bytes = stackalloc byte[CardProtocol.Uid.Length];
        uid.CopyTo(bytes);
        Uid = ByteString.CopyFrom(bytes);
    }

    public ByteString Uid { get; }

    /// <summary>Issues one in a book that no server has.</summary>
    /// <param name="number">No two cards have the same.</param>
    /// <param name="book">Where.</param>
    /// <param name="vault">Whose keys.</param>
    /// <param name="clock">Tells the time of the birth.</param>
    public static LentCard Issue(byte number, Database book, KeyVault vault, TimeProvider clock)
    {
        var uid = CardProtocol.Uid.FromBytes([0x04, 0x41, 0x55, 0x54, 0x48, 0x4F, number]);
        Span<byte> bytes = stackalloc byte[CardProtocol.Uid.Length];
        uid.CopyTo(bytes);
        var chip = SimulatedCard.Factory("ev3-4k", bytes);
        chip.Insert();
        var card = new TimedCard(chip);
        var member = new MemberBook(book, vault, clock).Add(
            1, new NewMember("Ada", Phone: null, "en"), "test");
        var births = new CardBook(book, vault, clock);
        var plan = ((PlanAnswer.Planned)births.Plan(uid, member.Id, vault.NewestVersions, "test")).Plan;
        using var keys = vault.KeysForNewCard(uid);
        var evidence = Personalisation.Run(card, plan.Content, keys, RandomNumberGenerator.Fill);
        births.CompleteBirth(uid, evidence, terminal: 1);
        return new LentCard(card, uid);
    }

    /// <summary>As a terminal passes commands on: up to the first answer that is not well.</summary>
    public TapReport PassOn(RepeatedField<ByteString> apdus)
    {
        var answers = new RelayAnswers();
        Span<byte> buffer = stackalloc byte[AnswerMost];
        foreach (var apdu in apdus)
        {
            var got = buffer[.._card.Transmit(apdu.Span, buffer)];
            answers.Answers.Add(ByteString.CopyFrom(got));
            if (got is not [.., 0x91, 0x00 or 0xAF])
                break;
        }

        return new TapReport { Answers = answers };
    }
}
