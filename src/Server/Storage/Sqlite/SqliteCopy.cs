using Microsoft.Data.Sqlite;

namespace SmartCardCrm.Server.Storage.Sqlite;

/// <summary>A copy of a book that is in use.</summary>
internal static class SqliteCopy
{
    /// <summary>Writes the book as it stands at this moment to a new file, on the disk on return. Writers
    /// need not wait. The book is left as it is, of whatever release.</summary>
    public static void Write(string book, string to)
    {
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = book,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO @to";
            command.CommandTimeout = 0;
            command.Parameters.AddWithValue("@to", to);
            command.ExecuteNonQuery();
        }

        using var copy = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
        copy.Flush(flushToDisk: true);
    }
}
