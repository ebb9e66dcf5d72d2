using System.Globalization;
using System.Security.Cryptography;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Openings;

/// <summary>How a file is to be taken.</summary>
/// <param name="Batch">The file's name for itself, 1 to 64 characters.</param>
/// <param name="By">Who loads it.</param>
/// <param name="CreateMembers">Whether who has a contact that no member has is taken on.</param>
/// <param name="DryRun">Only looked at.</param>
internal sealed record OpeningOrder(string Batch, string By, bool CreateMembers = false, bool DryRun = false);

/// <summary>What became of a file.</summary>
/// <param name="Lines">Balances in it.</param>
/// <param name="Loaded">Now; of a dry run those that would be.</param>
/// <param name="Already">Those that had been.</param>
/// <param name="Points">Of those that are loaded now, or would be.</param>
/// <param name="Faults">What is wrong; then nothing was loaded.</param>
internal sealed record OpeningResult(
    int Lines, int Loaded, int Already, long Points, IReadOnlyList<OpeningFault> Faults);

/// <summary>
/// Loads what members have in another programme into the book, and undoes it. The whole file is looked at
/// before anything is written; then it is written a few lines at a time, between what terminals report. A
/// line is known by batch and reference, so that what was broken off is begun again and done once.
/// </summary>
internal sealed class OpeningDesk(Database database, ICardSecrets secrets, FeedBell bell, TimeProvider clock)
{
    private const int LinesAtOnce = 200;
    private const int NameLengthMost = 64;

    /// <summary>How many of a batch are loaded.</summary>
    public long Loaded(string batch) => database.Read(db => db.Value<long>(
        "SELECT COUNT(*) FROM opening_balance WHERE batch = @batch AND undone_us IS NULL", new { batch }));

    /// <summary>Looks at a file and, where nothing is wrong with it, loads it.</summary>
    /// <param name="programme">Whose members they are.</param>
    /// <param name="bytes">The file, as <see cref="OpeningFile"/> reads it.</param>
    /// <param name="order">How.</param>
    public OpeningResult Load(long programme, byte[] bytes, OpeningOrder order)
    {
        var file = OpeningFile.Read(bytes);
        var faults = new List<OpeningFault>(file.Faults);
        if (order.Batch.Length is 0 or > NameLengthMost)
            faults.Add(new OpeningFault(0, OpeningCode.BatchLength));
        var (already, pointsAlready) = (0, 0L);
        foreach (var lines in file.Lines.Chunk(LinesAtOnce))
        {
            database.Read(db =>
            {
                var looks = lines.Select(line => Look(db, programme, line, order)).ToList();
                faults.AddRange(looks.Select(look => look.Fault).OfType<OpeningFault>());
                pointsAlready += PointsIn(lines.Where((_, at) => looks[at].IsLoaded));
                return already += looks.Count(look => look.IsLoaded);
            });
        }

        if (faults.Count > 0)
            return new OpeningResult(file.Lines.Count, 0, 0, 0, [.. faults.OrderBy(fault => fault.Line)]);
        if (order.DryRun || already == file.Lines.Count)
        {
            return new OpeningResult(
                file.Lines.Count, file.Lines.Count - already, already,
                PointsIn(file.Lines) - pointsAlready, []);
        }

        return Write(programme, file.Lines, order, HashOf(bytes));
    }

    /// <summary>Takes a batch back, where none of it was spent or has expired.</summary>
    /// <returns>How many; null where some of it is gone, and nothing was taken back.</returns>
    public int? Undo(string batch, string by)
    {
        if (Pages(batch).Any(page => database.Read(db => page.Any(one => !IsWhole(db, one)))))
            return null;
        var undone = 0;
        foreach (var page in Pages(batch))
        {
            undone += WriteBook(book =>
            {
                if (undone == 0)
                    Audit(book, by, AuditAction.OpeningUndone, batch, "");
                return page.Count(one => TryUndo(book, one));
            });
        }

        bell.Ring();
        return undone;
    }

    private OpeningResult Write(
        long programme, IReadOnlyList<OpeningLine> lines, OpeningOrder order, string hash)
    {
        var (loaded, points) = (0, 0L);
        foreach (var part in lines.Chunk(LinesAtOnce))
        {
            var taken = WriteBook(book =>
            {
                if (loaded == 0)
                {
                    Audit(
                        book, order.By, AuditAction.OpeningLoaded, order.Batch,
                        $$"""{"sha256":"{{hash}}"}""");
                }

                return part.Where(line => TryTake(book, programme, line, order)).ToList();
            });
            loaded += taken.Count;
            points += PointsIn(taken);
        }

        bell.Ring();
        return new OpeningResult(lines.Count, loaded, lines.Count - loaded, points, []);
    }

    private T WriteBook<T>(Func<OpenBook, T> work) => database.Write(db =>
    {
        var book = new OpenBook(db, secrets, clock.Microseconds());
        var result = work(book);
        book.Close();
        return result;
    });

    private static void Audit(OpenBook book, string by, string action, string batch, string detail) =>
        AuditLog.Write(book.Db, book.NowUs, by, action, $"opening:{batch}", detail);

    private (OpeningFault? Fault, bool IsLoaded) Look(
        DbSession db, long programme, OpeningLine line, OpeningOrder order)
    {
        var (member, code) = WhoIs(db, programme, line, order.CreateMembers);
        if (OpeningBalance.Find(db, order.Batch, line.Reference) is { } loaded)
        {
            var isSame = (loaded.Member, loaded.Points, loaded.ExpiresOn)
                == (member, line.Points, TextOf(line.ExpiresOn));
            code = loaded.UndoneUs is not null ? OpeningCode.BatchUndone
                : isSame ? null
                : OpeningCode.ReferenceDiffers;
            return (code is null ? null : new OpeningFault(line.Line, code), code is null);
        }

        code ??= line.ExpiresOn <= StoreDays.BegunEverywhere(db, clock.GetUtcNow())
            ? OpeningCode.ExpiresPast
            : null;
        return (code is null ? null : new OpeningFault(line.Line, code), false);
    }

    // No member and no code where he is to be taken on.
    private static (long? Member, string? Code) WhoIs(
        DbSession db, long programme, OpeningLine line, bool mayCreate)
    {
        if (line.Card is { } card)
        {
            return Card.FindByNumber(db, card) is { } known && known.Programme == programme
                ? (known.Member, null)
                : (null, OpeningCode.CardUnknown);
        }

        if (line.Contact is not { } contact)
        {
            return MemberBook.Find(db, line.Member ?? 0)?.Programme == programme
                ? (line.Member, null)
                : (null, OpeningCode.MemberUnknown);
        }

        return MemberBook.WithContact(db, programme, contact) switch
        {
            [var one] => (one.Id, null),
            [] when mayCreate => (null, line.NewMember.Refusal),
            [] => (null, OpeningCode.MemberUnknown),
            _ => (null, OpeningCode.ContactAmbiguous),
        };
    }

    private static bool TryTake(OpenBook book, long programme, OpeningLine line, OpeningOrder order)
    {
        if (OpeningBalance.Find(book.Db, order.Batch, line.Reference) is not null)
            return false;
        var (known, _) = WhoIs(book.Db, programme, line, order.CreateMembers);
        var member = known ?? MemberBook.Add(book, programme, line.NewMember, order.By).Id;
        var balance = book.Db.Find<OpeningBalance>(
            """
            INSERT INTO opening_balance
                (number, batch, reference, member, points, active_on, expires_on, loaded_by, loaded_us)
            SELECT COALESCE(MAX(number), 0) + 1, @Batch, @Reference, @member, @points, @active, @expires, @By,
                @NowUs
            FROM opening_balance
            RETURNING number, member, points
            """,
            new
            {
                order.Batch,
                line.Reference,
                member,
                points = (long)line.Points,
                active = TextOf(StoreDays.BegunEverywhere(book.Db, UnixTime.FromMicroseconds(book.NowUs))),
                expires = TextOf(line.ExpiresOn),
                order.By,
                book.NowUs,
            })!;
        Post(book, programme, balance, balance.Points);
        return true;
    }

    private static bool TryUndo(OpenBook book, OpeningBalance balance)
    {
        if (book.Db.Run(
            "UPDATE opening_balance SET undone_us = @NowUs WHERE number = @Number AND undone_us IS NULL",
            new { book.NowUs, balance.Number }) == 0)
        {
            return false;
        }

        Post(book, MemberBook.Find(book.Db, balance.Member)!.Programme, balance, -balance.Points);
        return true;
    }

    private static void Post(OpenBook book, long programme, OpeningBalance balance, long points)
    {
        LedgerBook.Post(book, programme, balance.Place, Postings.Opened(balance.Member, points));
        AccountDelivery.Review(book, balance.Member);
    }

    private bool IsWhole(DbSession db, OpeningBalance balance) =>
        LotBook.Of(
            db, MemberBook.Find(db, balance.Member)!, StoreDays.BegunEverywhere(db, clock.GetUtcNow()))
            .Lots.Single(lot => lot.Number == balance.Place.Number).Remaining == balance.Points;

    private IEnumerable<IReadOnlyList<OpeningBalance>> Pages(string batch)
    {
        for (var after = 0L; ;)
        {
            var page = database.Read(db => OpeningBalance.OfBatch(db, batch, after, LinesAtOnce));
            if (page.Count == 0)
                yield break;
            yield return page;
            after = page[^1].Number;
        }
    }

    private static long PointsIn(IEnumerable<OpeningLine> lines) => lines.Sum(line => (long)line.Points);

    private static string? TextOf(DateOnly? day) => day?.ToString("O", CultureInfo.InvariantCulture);

    private static string HashOf(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
