using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Vault;

/// <summary>SoftHSM 2, a PKCS#11 token in software, and empty tokens in it; one for all tests of this
/// process, as its library is.</summary>
public static partial class SoftToken
{
    public const string Pin = "1234 correct";

    private const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Officer = "security officer";

    private static readonly Lock Gate = new();
    private static readonly Lazy<IPkcs11Library> Library = new(Start);
    private static int _tokens;

    /// <summary>A fresh token with <see cref="Pin"/>.</summary>
    internal static TokenHome New()
    {
        lock (Gate)
        {
            // Initialising one makes room for the next.
            var slot = Library.Value.GetSlotList(SlotsType.WithTokenPresent)
                .First(slot => !slot.GetTokenInfo().TokenFlags.TokenInitialized);
            var label = $"test {++_tokens}";
            slot.InitToken(Officer, label);
            using var session = Find(label).OpenSession(SessionType.ReadWrite);
            session.Login(CKU.CKU_SO, Officer);
            session.InitPin(Pin);
            session.Logout();
            return new TokenHome(Module, label);
        }
    }

    /// <summary>A session with a token, logged in as the server is.</summary>
    internal static ISession Session(TokenHome home)
    {
        var session = Find(home.Token).OpenSession(SessionType.ReadOnly);
        try
        {
            session.Login(CKU.CKU_USER, Pin);
        }
        catch (Pkcs11Exception already) when (already.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // A vault of the same test has.
            return session;
        }

        return session;
    }

    private static ISlot Find(string label) => Library.Value.GetSlotList(SlotsType.WithTokenPresent)
        .Single(slot => slot.GetTokenInfo().Label.Trim() == label);

    private static IPkcs11Library Start()
    {
        var folder = Directory.CreateTempSubdirectory("softhsm-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        var settings = Path.Combine(folder.FullName, "softhsm2.conf");
        File.WriteAllText(settings, $"directories.tokendir = {folder.FullName}\nlog.level = ERROR\n");
        // What .NET sets, a library in C does not see.
        Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", settings, 1));
        return TokenLine.LibraryOf(Module);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
