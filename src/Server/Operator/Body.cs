namespace SmartCardCrm.Server.Operator;

/// <summary>What an operator sends, as bytes: for documents that have a reader of their own.</summary>
internal static class Body
{
    /// <summary>All of it; as long as the door lets in at most.</summary>
    public static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        return bytes.ToArray();
    }
}
