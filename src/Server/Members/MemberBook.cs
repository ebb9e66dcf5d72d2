using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Members;

/// <summary>A customer who takes part in a programme.</summary>
internal sealed record Member
{
    public long Id { get; init; }
    public long Programme { get; init; }
    public string Name { get; init; } = "";
    public string? Phone { get; init; }

    /// <summary>In small letters.</summary>
    public string? Email { get; init; }

    /// <summary>Two letters: en, ru.</summary>
    public string Language { get; init; } = "";
    public long CreatedUs { get; init; }

    /// <summary>To whom this anonymous member's cards went; null where they did not.</summary>
    public long? MovedTo { get; init; }

    /// <summary>Nobody knows who it is; the name is empty.</summary>
    public bool IsAnonymous => Name.Length == 0;
}

/// <summary>What is needed to take on a member.</summary>
/// <param name="Name">As people say it, 1–100 characters.</param>
/// <param name="Phone">Any form, at most 32 characters, or null.</param>
/// <param name="Language">en or ru.</param>
/// <param name="Email">An address, or null.</param>
internal sealed record NewMember(string Name, string? Phone, string Language, string? Email = null)
{
    /// <summary>The stable code of what is wrong, or null where nothing is.</summary>
    public string? Refusal =>
        Name.Trim() is { Length: 0 or > 100 } ? "name-length"
        : Phone is { Length: > 32 } ? "phone-length"
        : Email is not null && Contact.TryParse(Email) is not { IsEmail: true } ? "email-malformed"
        : Language is not ("en" or "ru") ? "language-unknown"
        : null;

    /// <summary>The address as it is kept.</summary>
    public string? EmailText => Email is null ? null : Contact.TryParse(Email)?.Text;
}

/// <summary>The single customer base.</summary>
internal sealed class MemberBook(Database database, ICardSecrets secrets, TimeProvider clock)
{
    public const string Columns = "id, programme, name, phone, email, language, created_us, moved_to";

    // As the index of migration 6 has it.
    private const string PhoneKey =
        "REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(phone, ' ', ''), '-', ''), '.', ''), '(', ''), ')', '')";

    /// <summary>Takes on a member, and what waited for one. The caller has looked at <see
    /// cref="NewMember.Refusal"/>.</summary>
    /// <param name="programme">Whose member.</param>
    /// <param name="member">Who.</param>
    /// <param name="by">Who takes him on.</param>
    public Member Add(long programme, NewMember member, string by) =>
        database.Write(db => Add(new OpenBook(db, secrets, clock.Microseconds()), programme, member, by));

    /// <inheritdoc cref="Add(long, NewMember, string)"/>
    public static Member Add(OpenBook book, long programme, NewMember member, string by)
    {
        var added = Insert(book.Db, programme, member, book.NowUs);
        AuditLog.Write(book.Db, book.NowUs, by, AuditAction.MemberAdded, $"member:{added.Id}");
        TakeWaiting(book, added);
        return added;
    }

    /// <summary>Writes down a new member.</summary>
    public static Member Insert(DbSession db, long programme, NewMember member, long nowUs)
    {
        var inserted = db.Find<Member>(
            $"""
            INSERT INTO member (id, programme, name, phone, email, language, created_us, has_words)
            VALUES (@id, @programme, @Name, @Phone, @EmailText, @Language, @nowUs, 1)
            RETURNING {Columns}
            """,
            new
            {
                id = Numbers.Members.Next(db),
                programme,
                Name = member.Name.Trim(),
                member.Phone,
                member.EmailText,
                member.Language,
                nowUs,
            })!;
        MemberWords.Add(db, [inserted]);
        return inserted;
    }

    /// <summary>Takes what waited for a member who can be found by this number or address.</summary>
    public static void TakeWaiting(OpenBook book, Member member)
    {
        foreach (var text in new[] { member.Phone, member.Email }.OfType<string>())
        {
            if (Contact.TryParse(text) is { } contact)
                Intake.TakeWaiting(book, contact);
        }
    }

    /// <summary>The members of a programme with this number or address; at most two, for more than one is
    /// nobody in particular.</summary>
    public static IReadOnlyList<Member> WithContact(DbSession db, long programme, Contact contact) =>
        db.List<Member>(
            $"""
            SELECT {Columns} FROM member
            WHERE programme = @programme AND {(contact.IsEmail ? "email" : PhoneKey)} = @Text
            ORDER BY id LIMIT 2
            """,
            new { programme, contact.Text });

    /// <summary>Points kept for the member beside the cards; below zero points owed.</summary>
    public long OnAccount(long id) => database.Read(db => LedgerBook.BalanceOnAccount(db, id));

    public Member? Find(long id) => database.Read(db => Find(db, id));

    public static Member? Find(DbSession db, long id) =>
        db.Find<Member>($"SELECT {Columns} FROM member WHERE id = @id", new { id });

    /// <summary>A page of members: all of them by id, or those whom a text finds, the likeliest first, at
    /// most <see cref="MemberSearch.FoundMost"/>.</summary>
    public Page<Member> List(string? text, int skip, int take) => database.Read(db =>
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            var found = MemberSearch.Find(db, text);
            return new Page<Member>([.. found.Skip(skip).Take(take)], found.Count);
        }

        return new Page<Member>(
            db.List<Member>(
                $"SELECT {Columns} FROM member WHERE moved_to IS NULL ORDER BY id LIMIT @take OFFSET @skip",
                new { skip, take }),
            Page.Count(db, "FROM member WHERE moved_to IS NULL"));
    });
}
