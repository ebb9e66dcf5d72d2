using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Members;

/// <summary>A customer who takes part in a programme.</summary>
internal sealed record Member
{
    public long Id { get; init; }
    public long Programme { get; init; }
    public string Name { get; init; } = "";
    public string? Phone { get; init; }

    /// <summary>Two letters: en, ru.</summary>
    public string Language { get; init; } = "";
    public long CreatedUs { get; init; }
}

/// <summary>What is needed to take on a member.</summary>
/// <param name="Name">As people say it, 1–100 characters.</param>
/// <param name="Phone">Any form, at most 32 characters, or null.</param>
/// <param name="Language">en or ru.</param>
internal sealed record NewMember(string Name, string? Phone, string Language)
{
    /// <summary>The stable code of what is wrong, or null where nothing is.</summary>
    public string? Refusal =>
        Name.Trim() is { Length: 0 or > 100 } ? "name-length"
        : Phone is { Length: > 32 } ? "phone-length"
        : Language is not ("en" or "ru") ? "language-unknown"
        : null;
}

/// <summary>The single customer base.</summary>
internal sealed class MemberBook(Database database, TimeProvider clock)
{
    private const string Columns = "id, programme, name, phone, language, created_us";

    /// <summary>Takes on a member. The caller has looked at <see cref="NewMember.Refusal"/>.</summary>
    public Member Add(long programme, NewMember member) =>
        database.Write(db => db.Find<Member>(
            $"""
            INSERT INTO member (id, programme, name, phone, language, created_us)
            SELECT COALESCE(MAX(id), 0) + 1, @programme, @Name, @Phone, @Language, @now FROM member
            RETURNING {Columns}
            """,
            new
            {
                programme,
                Name = member.Name.Trim(),
                member.Phone,
                member.Language,
                now = clock.Microseconds(),
            })!);

    public Member? Find(long id) => database.Read(db => Find(db, id));

    public static Member? Find(DbSession db, long id) =>
        db.Find<Member>($"SELECT {Columns} FROM member WHERE id = @id", new { id });

    /// <summary>A page of members by id; text looks in name and phone.</summary>
    public Page<Member> List(string? text, int skip, int take) =>
        database.Read(db =>
        {
            const string Where = "WHERE @like = '' OR LOWER(name) LIKE @like OR phone LIKE @like";
            var like = string.IsNullOrWhiteSpace(text) ? "" : $"%{text.Trim().ToLowerInvariant()}%";
            return new Page<Member>(
                db.List<Member>(
                    $"SELECT {Columns} FROM member {Where} ORDER BY id LIMIT @take OFFSET @skip",
                    new { like, skip, take }),
                db.Value<long>($"SELECT COUNT(*) FROM member {Where}", new { like }));
        });
}
