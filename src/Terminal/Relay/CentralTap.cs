using Google.Protobuf;
using Google.Protobuf.Collections;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Relay;

/// <summary>What a terminal and headquarters say while headquarters drives one card. Blocks the reader's
/// thread, as a reader does.</summary>
internal interface ITapLine : IDisposable
{
    /// <exception cref="HeadquartersAwayException">The line is broken.</exception>
    void Send(TapReport report);

    /// <summary>Waits for what it says next.</summary>
    /// <exception cref="HeadquartersAwayException">The line is broken, or it says nothing.</exception>
    TapCommand Receive();
}

/// <summary>
/// A card that headquarters drives through this terminal. The terminal passes commands on, and writes down
/// what it is told to before it goes on; how the card was left when the line breaks it knows by itself.
/// </summary>
/// <param name="line">Owned.</param>
/// <param name="card">Not owned.</param>
internal sealed class CentralTap(ITapLine line, ICardConnection card, TerminalRecords records) : ITapSession
{
    private const byte CommitTransaction = 0xC7;
    private const int ApdusMost = 32;
    private const int ApduLeast = 5;
    private const int ApduMost = 261;
    private const int AnswerMost = 258;

    private Checkout? _served;
    private OpenDoubt? _settled;
    private (uint Sequence, Intent Intent)? _begun;
    private EntryBody? _closing;
    private bool _mayHaveCommitted;

    /// <summary>Begins a call about a card.</summary>
    /// <param name="line">Owned from here on.</param>
    /// <exception cref="HeadquartersAwayException">The line is broken.</exception>
    public static CentralTap Open(ITapLine line, ICardConnection card, Till till, TerminalProfile profile)
    {
        Span<byte> uid = stackalloc byte[Uid.Length];
        card.Uid.CopyTo(uid);
        var midnight = StoreClock.MidnightOf(till.Clock.GetUtcNow(), profile.StoreZone);
        var opening = new TapOpen
        {
            Uid = ByteString.CopyFrom(uid),
            NextSequence = till.Journal.Head.Sequence + 1,
            AdjustedToday = till.Journal.AdjustedSince(midnight),
        };
        try
        {
            line.Send(new TapReport { Open = opening });
            return new CentralTap(
                line, card, new TerminalRecords(till.Journal, till.Replica, profile.Number));
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="HeadquartersAwayException">The card could not be asked; the doubt stays.</exception>
    public DoubtVerdict Settle(OpenDoubt doubt)
    {
        _settled = doubt;
        var end = Converse(new TapReport
        {
            Settle = new TapSettle { Sequence = doubt.Sequence, Intent = doubt.Intent },
        });
        _settled = null;
        switch (end.Verdict)
        {
            case LogVerdict.Happened:
                return DoubtVerdict.Happened;
            case LogVerdict.DidNotHappen:
                return DoubtVerdict.DidNotHappen;
            case LogVerdict.Open:
                records.Journal.LeaveToHeadquarters(doubt.Sequence);
                return DoubtVerdict.Open;
            case LogVerdict.Behind:
                return DoubtVerdict.Behind;
            default:
                throw new HeadquartersAwayException($"Headquarters could not ask the card: {end.Failed}.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="HeadquartersAwayException">Nothing has been written down, or done to the
    /// card.</exception>
    public CheckoutState Serve(Checkout checkout)
    {
        (_served, _begun, _closing, _mayHaveCommitted) = (checkout, null, null, false);
        try
        {
            var end = Converse(new TapReport
            {
                Serve = new TapServe { Checkout = ByteString.CopyFrom(TapDocuments.Write(checkout)) },
            });
            var state = TapDocuments.ReadState(end.State.Span);
            // What has been written down counts, whatever is said of it.
            return _begun is null && state is not (CheckoutState.Completed or CheckoutState.InDoubt)
                ? state
                : Written();
        }
        catch (FormatException unreadable)
        {
            return _begun is null
                ? throw new HeadquartersAwayException("What headquarters says is unreadable.", unreadable)
                : Written();
        }
        catch (HeadquartersAwayException) when (_begun is not null)
        {
            return Written();
        }
    }

    public void Dispose() => line.Dispose();

    private TapEnd Converse(TapReport task)
    {
        line.Send(task);
        while (true)
        {
            var command = line.Receive();
            switch (command.ContentCase)
            {
                case TapCommand.ContentOneofCase.Apdus:
                    line.Send(PassOn(command.Apdus.Apdus));
                    break;
                case TapCommand.ContentOneofCase.Write:
                    line.Send(new TapReport { Written = Write(command.Write) });
                    break;
                case TapCommand.ContentOneofCase.End:
                    return command.End;
                default:
                    throw Malformed();
            }
        }
    }

    private TapReport PassOn(RepeatedField<ByteString> apdus)
    {
        if (apdus.Count > ApdusMost || apdus.Any(a => a.Length is < ApduLeast or > ApduMost)
            || (apdus.Count > 1 && apdus.Any(a => a[1] == CommitTransaction)))
        {
            throw Malformed();
        }

        var answers = new RelayAnswers();
        Span<byte> buffer = stackalloc byte[AnswerMost];
        try
        {
            foreach (var apdu in apdus)
            {
                _mayHaveCommitted |= _begun is not null && apdu[1] == CommitTransaction;
                var got = buffer[..card.Transmit(apdu.Span, buffer)];
                answers.Answers.Add(ByteString.CopyFrom(got));
                if (got is not [.., 0x91, 0x00 or 0xAF])
                    break;
            }
        }
        catch (CardLostException)
        {
            answers.CardLost = true;
        }

        return new TapReport { Answers = answers };
    }

    private TapWritten Write(TapWrite wanted)
    {
        if (wanted.Entry is not { } entry || !MayWrite(entry))
            throw Malformed();
        if (entry.Intent is not { } intent)
        {
            records.Journal.Append(entry);
            _closing = _begun is null ? null : entry;
            return new TapWritten { Done = true };
        }

        if (!records.Journal.TryAppend(wanted.Sequence, entry))
            return new TapWritten { NextSequence = records.Journal.Head.Sequence + 1 };
        _begun = (wanted.Sequence, intent);
        return new TapWritten { Done = true };
    }

    // Only about this card, and only what the present task may lead to.
    private bool MayWrite(EntryBody entry) => entry.ContentCase switch
    {
        EntryBody.ContentOneofCase.Intent =>
            _served is { } served && _begun is null && IsOf(entry.Intent, served),
        EntryBody.ContentOneofCase.Outcome => IsOpen(entry.Outcome.IntentSequence),
        EntryBody.ContentOneofCase.Failure => IsOpen(entry.Failure.IntentSequence),
        EntryBody.ContentOneofCase.Doubt => IsOpen(entry.Doubt.IntentSequence),
        EntryBody.ContentOneofCase.Settlement => entry.Settlement.IntentSequence == _settled?.Sequence,
        EntryBody.ContentOneofCase.Suspicion => IsThis(entry.Suspicion.Card),
        _ => false,
    };

    private bool IsOf(Intent intent, Checkout served) =>
        IsThis(intent.Card) && intent.OperationId == Entries.ToBytes(served.Id)
        && intent.IdempotencyKey == served.IdempotencyKey
        && records.Replica.FindRules(intent.Context?.RuleSetVersion ?? 0) is not null;

    private bool IsOpen(uint sequence) => _closing is null && _begun?.Sequence == sequence;

    private bool IsThis(CardRef? named) =>
        named?.Uid.Length == Uid.Length && Uid.FromBytes(named.Uid.Span) == card.Uid;

    // The line may have broken before headquarters could say how it ended.
    private CheckoutState Written()
    {
        if (_begun is not { } begun)
            throw new HeadquartersAwayException("Headquarters says that it is done, and told nobody what.");
        if (_closing is null)
        {
            _closing = _mayHaveCommitted
                ? new EntryBody { Doubt = new Doubt { IntentSequence = begun.Sequence } }
                : Entries.Failure(begun.Sequence, RetryCode.HeadquartersAway);
            records.Journal.Append(_closing);
        }

        return _closing.ContentCase switch
        {
            EntryBody.ContentOneofCase.Outcome => new CheckoutState.Completed(
                CheckoutResult.Of(begun.Intent, records.Replica.Rules(begun.Intent))),
            EntryBody.ContentOneofCase.Failure => new CheckoutState.PresentAgain(_closing.Failure.Code),
            _ => new CheckoutState.InDoubt(begun.Sequence),
        };
    }

    private static HeadquartersAwayException Malformed() =>
        new("Headquarters says what nobody asked for.");
}
