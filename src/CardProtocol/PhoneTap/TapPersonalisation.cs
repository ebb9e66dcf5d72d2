namespace SmartCardCrm.CardProtocol;

/// <summary>Where giving a card its address has got to.</summary>
public enum TapStep
{
    Application = 1,
    Files = 2,
    Keys = 3,
    Settings = 4,
    Address = 5,
    OwnerKey = 6,
    Done = 7,
}

/// <summary>Gives a card the address that phones open, or goes on where an earlier attempt was torn: on a
/// DESFire EV3 beside our own application, on a NTAG 424 DNA in the one it has.</summary>
/// <remarks>
/// Each step is found done or to do by looking at the card; nothing is deleted or made twice. A NTAG so made
/// tells who taps and keeps no points. Run again with the same template and keys after any
/// <see cref="CardLostException"/>.
/// </remarks>
public static class TapPersonalisation
{
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="template">What phones are to read.</param>
    /// <param name="keys">The keys that the application is to have, derived for the card. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">Unsuitable: neither EV3 nor NTAG 424 DNA; or keys are there
    /// that are neither ours nor a blank card's.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static void Run(
        ICardChannel channel, TapTemplate template, TapKeys keys, FillRandom random,
        IProgress<TapStep>? progress = null)
    {
        var version = ChipVersion.Read(channel);
        version.MustAnswerPhones();
        using var attempt = new Attempt(channel, template, keys, random);

        // A NTAG comes with its application and files, and has no commands to make others.
        if (version.Family is ChipFamily.DesfireEv3)
        {
            Take(TapStep.Application, attempt.MakeApplication);
            Take(TapStep.Files, attempt.MakeFiles);
        }

        Take(TapStep.Keys, attempt.ChangeOtherKeys);
        Take(TapStep.Settings, attempt.ChangeSettings);
        Take(TapStep.Address, attempt.WriteAddress);
        Take(TapStep.OwnerKey, attempt.ChangeOwnerKey);
        progress?.Report(TapStep.Done);

        void Take(TapStep step, Action make)
        {
            progress?.Report(step);
            make();
        }
    }

    private sealed class Attempt(
        ICardChannel channel, TapTemplate template, TapKeys keys, FillRandom random) : IDisposable
    {
        private readonly CardKey _factoryKey = CardKey.Factory();
        private Ev2Channel? _owner;

        /// <summary>The key with which the application began and key 0 still is; null once that is
        /// ours.</summary>
        private CardKey? _firstKey;

        private Ev2Channel Owner => _owner ??= OpenOwner();

        public void MakeApplication()
        {
            if (new PlainChannel(channel).TrySelect(TapLayout.Name))
                return;

            var application = new CreateApplication(
                TapLayout.Application, TapLayout.KeySettings, TapLayout.KeyKind, TapLayout.Name);
            BlankCard.Create(channel, application, keys.Picc, random);
        }

        public void MakeFiles()
        {
            var files = Owner.Execute(new GetFileIDs());
            if (!files.Contains(TapLayout.Container.Number))
            {
                Owner.Execute(new CreateStdDataFile(
                    TapLayout.Container, TapLayout.Rights, TapLayout.ContainerSize)
                {
                    IsoFileId = TapLayout.ContainerId,
                });
            }

            if (!files.Contains(TapLayout.Address.Number))
            {
                Owner.Execute(new CreateStdDataFile(
                    TapLayout.Address, TapLayout.Rights, TapLayout.AddressSize)
                {
                    IsoFileId = TapLayout.AddressId,
                    AllowsSdm = true,
                });
            }

            Write(TapLayout.Container, TapLayout.ContainerContent);
        }

        public void ChangeOtherKeys()
        {
            for (var number = TapKeyNumber.FileRead; number <= TapKeyNumber.Spare4; number++)
            {
                var version = Owner.Execute(new GetKeyVersion(number));
                if (version == keys[number].Version)
                    continue;
                // Key 0 is changed last, so while another is not ours yet, key 0 tells what it is.
                if (version != CardKey.FirstVersion || _firstKey is null)
                    throw Foreign($"The {number} key has version {version}.");
                Owner.Execute(new ChangeKey(number, _firstKey, keys[number]));
            }
        }

        public void ChangeSettings()
        {
            var wanted = new FileSettings(
                TapLayout.Address.Mode, TapLayout.Rights, TapLayout.AddressSize, template.Sdm);
            // Turning it on again would set the counter back, and every tap would be taken for a replay.
            if (Owner.Execute(new GetFileSettings(TapLayout.Address.Number)) != wanted)
                Owner.Execute(new ChangeFileSettings(TapLayout.Address, TapLayout.Rights, template.Sdm));
        }

        public void WriteAddress() => Write(TapLayout.Address, template.File);

        public void ChangeOwnerKey()
        {
            if (_firstKey is null)
                return;

            Owner.Execute(new ChangeKey(TapKeyNumber.Owner, Old: null, keys[TapKeyNumber.Owner]));
            _owner?.Dispose();
            _owner = null;
        }

        public void Dispose()
        {
            _owner?.Dispose();
            _factoryKey.Dispose();
        }

        /// <summary>Writes the beginning of a file where it differs.</summary>
        private void Write(FileRef file, ReadOnlySpan<byte> content)
        {
            var wanted = content.ToArray();
            const int most = 200;
            for (var at = 0; at < wanted.Length; at += most)
            {
                var part = wanted.AsMemory(at, Math.Min(most, wanted.Length - at));
                var found = Owner.Execute(new ReadData(file, at, part.Length));
                if (!found.Span.SequenceEqual(part.Span))
                    Owner.Execute(new WriteData(file, at, part));
            }
        }

        /// <summary>A session under key 0: the one to be, else the one that applications begin with, as the
        /// bench or the factory has it.</summary>
        private Ev2Channel OpenOwner()
        {
            if (TryOpenOwner(keys[TapKeyNumber.Owner]) is { } ours)
                return ours;
            if (keys.Picc is { } picc && TryOpenOwner(_firstKey = picc.Default) is { } benchs)
                return benchs;
            return TryOpenOwner(_firstKey = _factoryKey)
                ?? throw Foreign("Key 0 is neither ours nor a blank card's.");
        }

        private Ev2Channel? TryOpenOwner(CardKey key)
        {
            if (!new PlainChannel(channel).TrySelect(TapLayout.Name))
            {
                throw new CardForeignException(
                    CardForeignReason.OtherContent, "The card has no application for phones.");
            }

            return Ev2Handshake.TryFirst(channel, key, TapKeyNumber.Owner, random);
        }

        private static CardForeignException Foreign(string message) =>
            new(CardForeignReason.UnknownKeys, message);
    }
}
