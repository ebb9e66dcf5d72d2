using SQLite;

namespace SmartCardCrm.Terminal;

/// <summary>Queries that fail where SQLite fails: sqlite-net's own take an error for the end of the
/// rows.</summary>
internal static class CheckedQueries
{
    extension(SQLiteConnection connection)
    {
        /// <summary>Reads rows one by one.</summary>
        /// <exception cref="SQLiteException">The rows end before their end, while they are
        /// enumerated.</exception>
        public IEnumerable<T> Rows<T>(string sql, params object[] arguments) where T : new()
        {
            foreach (var row in connection.DeferredQuery<T>(sql, arguments))
                yield return row;
            connection.DemandEnd();
        }

        /// <summary>Reads one column of all rows.</summary>
        /// <exception cref="SQLiteException">The rows end before their end.</exception>
        public IReadOnlyList<T> Scalars<T>(string sql, params object[] arguments)
        {
            var values = connection.QueryScalars<T>(sql, arguments);
            connection.DemandEnd();
            return values;
        }

        // The statement is finalised by now, which leaves what its last step came to.
        private void DemandEnd()
        {
            var end = (SQLite3.Result)((int)SQLite3.ExtendedErrCode(connection.Handle) & 0xFF);
            if (end != SQLite3.Result.OK)
                throw SQLiteException.New(end, SQLite3.GetErrmsg(connection.Handle));
        }
    }
}
