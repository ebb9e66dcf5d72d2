using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>What the commands work on: the non-volatile memory and all that is lost with the field.</summary>
internal sealed class ChipState(ChipMemory memory, FillRandom random)
{
    /// <summary>Bit 7 of a file or key number: it is one of the second application.</summary>
    public const byte OfSecond = 0x80;

    private const int RandomUidLength = 4;
    private const byte RandomUidMark = 0x08;

    public ChipMemory Memory { get; } = memory;

    public FillRandom Random { get; } = random;

    /// <summary>Nothing at PICC level.</summary>
    public Application? Selected { get; private set; }

    /// <summary>Selected together with the first; nothing where only one is.</summary>
    public Application? Second { get; private set; }

    /// <summary>The file that ISO commands without a short id mean.</summary>
    public CardFile? SelectedFile { get; set; }

    /// <summary>The reading of a file with SDM that the last command began or went on with.</summary>
    public SdmTap? Tap { get; set; }

    public SecureChannel? Session { get; private set; }

    /// <summary>An authentication whose second message is awaited.</summary>
    public Handshake? Handshake { get; set; }

    public Transaction Transaction { get; private set; } = new();

    /// <summary>The id of the activation: the real one, 7 bytes, or a random one of 4.</summary>
    public byte[] ShownUid { get; private set; } = memory.Uid;

    /// <summary>Keys and settings in force: those of the application, else those of the card.</summary>
    public IKeyHolder Level => Selected is null ? Memory : Selected;

    /// <exception cref="RefusedException">The PICC level is selected.</exception>
    public Application Application =>
        Selected ?? throw new RefusedException(OpenPoints.NoApplicationSelected);

    /// <param name="number">With bit 7 it is one of the second application.</param>
    /// <exception cref="RefusedException">No application is selected, or it has no such file.</exception>
    public CardFile File(byte number)
    {
        var files = (number & OfSecond) == 0 ? Application.Files : Second?.Files;
        return files?.GetValueOrDefault((byte)(number & ~OfSecond))
            ?? throw new RefusedException(Status.FileNotFound);
    }

    /// <summary>The selected application that has the file.</summary>
    public Application OwnerOf(CardFile file) => IsOfSecond(file) ? Second! : Application;

    /// <summary>Number of the session's key, where it is one of the application that has the file.</summary>
    public byte? KeyFor(CardFile file) =>
        Session is { } session && IsOfSecond(file) == ((session.KeyNumber & OfSecond) != 0)
            ? (byte)(session.KeyNumber & ~OfSecond)
            : null;

    /// <summary>The field comes: the card gives its id, and nothing is selected.</summary>
    public void Activate()
    {
        Select(null);
        ShownUid = Memory.Uid;
        if (!Memory.Configuration.HasRandomUid)
            return;

        var shown = new byte[RandomUidLength];
        Random(shown);
        shown[0] = RandomUidMark;
        ShownUid = shown;
    }

    /// <param name="application">Null for the PICC level.</param>
    /// <param name="second">To be reached with bit 7 of file and key numbers.</param>
    public void Select(Application? application, Application? second = null)
    {
        EndSession();
        AbortTransaction();
        Tap = null;
        (Selected, Second) = (application, second);
        SelectedFile = null;
    }

    public void Begin(SecureChannel session)
    {
        EndSession();
        Session = session;
    }

    public void EndSession()
    {
        Handshake = null;
        Session?.Dispose();
        Session = null;
    }

    public void AbortTransaction() => Transaction = new Transaction();

    private bool IsOfSecond(CardFile file) => Second?.Files.GetValueOrDefault(file.Number) == file;
}
