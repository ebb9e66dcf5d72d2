using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using ISession = Net.Pkcs11Interop.HighLevelAPI.ISession;

namespace SmartCardCrm.Server.Vault;

/// <summary>Sessions with one token, logged in. For many threads: each has a session for as long as it works,
/// and one that failed is not used again.</summary>
internal sealed class TokenLine : IDisposable
{
    private static readonly Pkcs11InteropFactories Factories = ToldOfDlopen();

    // A library is loaded once a process; whoever finalised it would take it from all others.
    private static readonly ConcurrentDictionary<string, Lazy<IPkcs11Library>> Libraries = new();

    private readonly ISlot _slot;
    private readonly byte[] _pin;
    private readonly ConcurrentBag<ISession> _idle = [];

    private TokenLine(ISlot slot, ReadOnlySpan<byte> pin) => (_slot, _pin) = (slot, pin.ToArray());

    /// <param name="home">Where the token is.</param>
    /// <param name="pin">UTF-8. Copied; the copy is zeroed when disposed of.</param>
    /// <exception cref="VaultException">There is no such token, or it does not take the PIN.</exception>
    public static TokenLine Open(TokenHome home, ReadOnlySpan<byte> pin)
    {
        var slot = LibraryOf(home.Module).GetSlotList(SlotsType.WithTokenPresent)
            .FirstOrDefault(slot => slot.GetTokenInfo().Label.Trim() == home.Token)
            ?? throw new VaultException("token-absent", $"There is no token {home.Token}.");
        var line = new TokenLine(slot, pin);
        try
        {
            line.With(session => session.GetSessionInfo());
            return line;
        }
        catch (VaultException)
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Works with the token.</summary>
    /// <exception cref="VaultException">It said no, or is not there any more.</exception>
    public T With<T>(Func<ISession, T> work)
    {
        try
        {
            var session = _idle.TryTake(out var idle) ? idle : LoggedIn();
            var done = false;
            try
            {
                var result = work(session);
                done = true;
                return result;
            }
            finally
            {
                if (done)
                    _idle.Add(session);
                else
                    session.Dispose();
            }
        }
        catch (Pkcs11Exception wrong) when (
            wrong.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_LOCKED)
        {
            throw new VaultException("vault-locked", $"The token does not take the PIN: {wrong.RV}.", wrong);
        }
        catch (Pkcs11Exception failed)
        {
            throw new VaultException("token-failed", $"The token says {failed.RV}.", failed);
        }
    }

    /// <summary>Attributes of one object, in the order in which they are named.</summary>
    public static List<IObjectAttribute> Attributes(params ReadOnlySpan<(CKA Type, object Value)> attributes)
    {
        var list = new List<IObjectAttribute>(attributes.Length);
        foreach (var (type, value) in attributes)
        {
            list.Add(value switch
            {
                bool flag => Factories.ObjectAttributeFactory.Create(type, flag),
                string text => Factories.ObjectAttributeFactory.Create(type, text),
                byte[] bytes => Factories.ObjectAttributeFactory.Create(type, bytes),
                CKO kind => Factories.ObjectAttributeFactory.Create(type, kind),
                CKK kind => Factories.ObjectAttributeFactory.Create(type, kind),
                CKC kind => Factories.ObjectAttributeFactory.Create(type, kind),
                ulong number => Factories.ObjectAttributeFactory.Create(type, number),
                _ => throw new ArgumentException($"{type} is of an unknown kind.", nameof(attributes)),
            });
        }

        return list;
    }

    public static IMechanism Mechanism(CKM type) => Factories.MechanismFactory.Create(type);

    public static IMechanism Mechanism(CKM type, byte[] parameter) =>
        Factories.MechanismFactory.Create(type, parameter);

    /// <summary>ECDH without a key derivation function.</summary>
    /// <param name="point">The other's public key: 04 ‖ x ‖ y.</param>
    public static IMechanism Agreement(byte[] point) => Factories.MechanismFactory.Create(
        CKM.CKM_ECDH1_DERIVE,
        Factories.MechanismParamsFactory.CreateCkEcdh1DeriveParams((ulong)CKD.CKD_NULL, null, point));

    public void Dispose()
    {
        while (_idle.TryTake(out var session))
            session.Dispose();
        CryptographicOperations.ZeroMemory(_pin);
    }

    private ISession LoggedIn()
    {
        var session = _slot.OpenSession(SessionType.ReadWrite);
        try
        {
            session.Login(CKU.CKU_USER, _pin);
        }
        catch (Pkcs11Exception already) when (already.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // Another session of this process did: a login is the process's with the token.
            return session;
        }
        catch (Pkcs11Exception)
        {
            session.Dispose();
            throw;
        }

        return session;
    }

    // Pkcs11Interop looks for dlopen in libdl.so, which only machines that compile have; glibc has had it
    // itself since 2.34.
    private static Pkcs11InteropFactories ToldOfDlopen()
    {
        if (OperatingSystem.IsLinux())
        {
            NativeLibrary.SetDllImportResolver(
                typeof(Pkcs11InteropFactories).Assembly, (name, _, _) => name != "libdl" ? 0
                    : NativeLibrary.TryLoad("libc.so.6", out var libc)
                        && NativeLibrary.TryGetExport(libc, "dlopen", out _) ? libc
                    : NativeLibrary.Load("libdl.so.2"));
        }

        return new Pkcs11InteropFactories();
    }

    /// <exception cref="VaultException">It cannot be loaded.</exception>
    public static IPkcs11Library LibraryOf(string module)
    {
        try
        {
            return Libraries.GetOrAdd(module, path => new Lazy<IPkcs11Library>(
                () => Factories.Pkcs11LibraryFactory.LoadPkcs11Library(
                    Factories, path, AppType.MultiThreaded))).Value;
        }
        catch (Exception absent) when (absent is LibraryArchitectureException or UnmanagedException)
        {
            throw new VaultException("token-absent", absent.Message, absent);
        }
    }
}
