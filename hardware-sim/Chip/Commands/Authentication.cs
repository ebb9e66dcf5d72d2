using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Both messages of each authentication.</summary>
internal static class Authentication
{
    private const byte LrpCapability = 2;

    public static IEnumerable<Command> Commands =>
    [
        new(0x71, Protection.None, Ev2First) { LengthLeast = 2, LengthMost = 8 },
        new(0x77, Protection.None, Ev2NonFirst) { Length = 1 },
        new(0xAA, Protection.None, Aes) { Length = 1 },
        new(0x1A, Protection.None, Iso) { Length = 1 },
        new(0x0A, Protection.None, Legacy) { Length = 1 },
    ];

    /// <summary>The second message. An NTAG counts who does not know a key.</summary>
    /// <exception cref="RefusedException">The reader does not know the key.</exception>
    public static Answer Finish(ChipState card, Handshake handshake, ReadOnlySpan<byte> payload)
    {
        var trials = TrialsOf(card, handshake);
        try
        {
            var answer = handshake.Finish(card, payload);
            trials?.Succeed(card.Memory.Configuration.FailureLimit);
            return answer;
        }
        catch (RefusedException refused) when (refused.Status == Status.AuthenticationError)
        {
            trials?.Fail();
            throw;
        }
    }

    private static Answer Ev2First(ChipState card, Call call)
    {
        var capabilities = call.Bytes[2..];
        RefusedException.When(capabilities.Length != call.Bytes[1], Status.LengthError);
        var wantsLrp = capabilities.Length > 0 && (capabilities[0] & LrpCapability) != 0;
        RefusedException.When(wantsLrp, Status.PermissionDenied);
        var handshake = new Ev2Handshake(call.Bytes[0], AesKey(card, call.Bytes[0]), DrawRndB(card))
        {
            ReaderCapabilities = capabilities.ToArray(),
        };
        TrialsOf(card, handshake)?.Begin(card.Memory.Configuration.FailureLimit);
        if (OpenPoints.FirstAuthenticationAborts)
            card.AbortTransaction();

        return Start(card, handshake, handshake.Challenge());
    }

    private static Answer Ev2NonFirst(ChipState card, Call call)
    {
        if (card.Session is not Ev2Channel before)
            throw new RefusedException(Status.PermissionDenied);

        var handshake = new Ev2Handshake(call.Bytes[0], AesKey(card, call.Bytes[0]), DrawRndB(card))
        {
            Continues = (before.Identifier.ToArray(), before.Counter),
        };
        TrialsOf(card, handshake)?.Begin(card.Memory.Configuration.FailureLimit);
        return Start(card, handshake, handshake.Challenge());
    }

    // What a transaction has staged stays: seen on hardware.
    private static Answer Aes(ChipState card, Call call)
    {
        var handshake = new Ev1Handshake(
            call.Bytes[0], Key(card, call.Bytes[0], KeyType.Aes), DrawRndB(card));
        return Start(card, handshake, handshake.Challenge());
    }

    private static Answer Iso(ChipState card, Call call)
    {
        var key = Key(card, call.Bytes[0], KeyType.Des, KeyType.Tdea3);
        var handshake = new Ev1Handshake(
            call.Bytes[0], key, DrawRndB(card, SessionKey.RandomLength(key.Type)));
        return Start(card, handshake, handshake.Challenge());
    }

    private static Answer Legacy(ChipState card, Call call)
    {
        var key = Key(card, call.Bytes[0], KeyType.Des);
        var handshake = new LegacyHandshake(
            call.Bytes[0], key, DrawRndB(card, SessionKey.RandomLength(key.Type)));
        return Start(card, handshake, handshake.Challenge());
    }

    private static KeyTrials? TrialsOf(ChipState card, Handshake handshake)
    {
        if (!card.Memory.Product.IsFixed || handshake is not Ev2Handshake { KeyNumber: var number })
            return null;

        var trials = card.Application.Trials;
        if (!trials.TryGetValue(number, out var ofKey))
            trials[number] = ofKey = new KeyTrials();
        return ofKey;
    }

    private static Answer Start(ChipState card, Handshake handshake, Answer challenge)
    {
        card.EndSession();
        card.Handshake = handshake;
        return challenge;
    }

    private static CardKey Key(ChipState card, byte number, params ReadOnlySpan<KeyType> types)
    {
        var key = Keys.FindInEither(card, number);
        RefusedException.When(!types.Contains(key.Type), Status.AuthenticationError);
        return key;
    }

    private static byte[] AesKey(ChipState card, byte number)
    {
        var key = Keys.FindInEither(card, number);
        RefusedException.When(key.Type != KeyType.Aes, OpenPoints.KeyNotUsable);
        return key.Value;
    }

    private static byte[] DrawRndB(ChipState card, int length = AesCmac.BlockLength)
    {
        var rndB = new byte[length];
        card.Random(rndB);
        return rndB;
    }
}
