namespace SmartCardCrm.CardProtocol;

/// <summary>Makes a factory-fresh card one of ours, or goes on where an earlier attempt was torn.</summary>
/// <remarks>
/// Each step is found done or to do by looking at the card; nothing is deleted or made twice, because only
/// formatting gives memory back. Run again with the same plan after any <see cref="CardLostException"/>.
/// </remarks>
public static class Personalisation
{
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="plan">What to write; the same at every attempt.</param>
    /// <param name="keys">The keys the card is to have, derived for its UID. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    /// <returns>The birth: counter 1, its MAC, its steps. They are not verified here.</returns>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">Keys, files, identity or records are there that are not the
    /// plan's.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static CommitEvidence Run(
        ICardChannel channel, PersonalisationPlan plan, PersonalisationKeys keys, FillRandom random,
        IProgress<PersonalisationStep>? progress = null)
    {
        Binding.MustBeBirth(plan.Birth);
        Prepare(channel, plan.Preparation, keys, random, progress);

        progress?.Report(PersonalisationStep.Birth);
        var (enquiry, sale) = (keys[CardKeyNumber.Enquiry], keys[CardKeyNumber.Sale]);
        var birth = Binding.Run(channel, plan.Binding, enquiry, sale, random);
        birth = Binding.Complete(birth, keys.Uid, keys[CardKeyNumber.TransactionMac]);
        progress?.Report(PersonalisationStep.Born);
        return birth;
    }

    /// <summary>All of it but the birth: a card of ours that is nobody's yet, for <see cref="Binding"/> to
    /// give away.</summary>
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="plan">What to write; the same at every attempt.</param>
    /// <param name="keys">The keys the card is to have, derived for its UID. Not owned.</param>
    /// <param name="random">Fresh randomness for the handshakes.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    /// <exception cref="CardRefusedException">The card refuses a step; the command says which.</exception>
    /// <exception cref="CardForeignException">Keys, files or an identity are there that are not the
    /// plan's.</exception>
    /// <exception cref="CardNotTrustedException">An answer is not the card's.</exception>
    public static void Prepare(
        ICardChannel channel, PreparationPlan plan, PersonalisationKeys keys, FillRandom random,
        IProgress<PersonalisationStep>? progress = null)
    {
        using var attempt = new Attempt(channel, plan, keys, random);
        Take(PersonalisationStep.Application, attempt.MakeApplication);
        Take(PersonalisationStep.Files, attempt.MakeFiles);
        Take(PersonalisationStep.Identity, attempt.WriteIdentity);
        Take(PersonalisationStep.Keys, attempt.ChangeOtherKeys);
        Take(PersonalisationStep.IssuerKey, attempt.ChangeIssuerKey);
        Take(PersonalisationStep.TransactionMac, attempt.MakeTransactionMacFile);

        void Take(PersonalisationStep step, Action make)
        {
            progress?.Report(step);
            make();
        }
    }

    private sealed class Attempt(
        ICardChannel channel, PreparationPlan plan, PersonalisationKeys keys, FillRandom random)
        : IDisposable
    {
        private readonly CardKey _factoryKey = CardKey.Factory();
        private Ev2Channel? _issuer;

        /// <summary>The key with which the application began and key 0 still is; null once that is
        /// ours.</summary>
        private CardKey? _firstKey;
        private IReadOnlyList<byte> _files = [];

        private Ev2Channel Issuer => _issuer ?? throw new InvalidOperationException("There is no session.");

        private bool HasTransactionMacFile => _files.Contains(CardLayout.TransactionMacFile.Number);

        public void MakeApplication()
        {
            if (new PlainChannel(channel).TrySelect(CardLayout.Application))
                return;

            var application = new CreateApplication(
                CardLayout.Application, CardLayout.KeySettings, CardLayout.KeyKind);
            BlankCard.Create(channel, application, keys.Picc, random);
        }

        public void MakeFiles()
        {
            OpenIssuer();
            _files = Issuer.Execute(new GetFileIDs());
            ICommand<Nothing>[] inOrder =
            [
                new CreateStdDataFile(CardLayout.IdentityFile, CardLayout.IdentityRights, Identity.Length),
                new CreateBackupDataFile(CardLayout.MemberFile, CardLayout.SaleRights, MemberProfile.Length),
                new CreateValueFile(CardLayout.Points, CardLayout.SaleRights, plan.BalanceMost),
                new CreateCyclicRecordFile(
                    CardLayout.Log, CardLayout.SaleRights, LogRecord.Length, CardLayout.RecordsKept + 1),
            ];
            for (byte number = 1; number <= inOrder.Length; number++)
            {
                if (!_files.Contains(number))
                    Issuer.Execute(inOrder[number - 1]);
            }
        }

        public void WriteIdentity()
        {
            var wanted = new byte[Identity.Length];
            plan.Identity.Encode(wanted);
            var found = Issuer.Execute(new ReadData(CardLayout.IdentityFile, 0, Identity.Length));
            if (found.Span.SequenceEqual(wanted))
                return;

            // Without the transaction MAC file nobody has used the card: a torn write is written again.
            if (HasTransactionMacFile)
                throw Foreign(CardForeignReason.OtherContent, "The card has another identity.");
            Issuer.Execute(new WriteData(CardLayout.IdentityFile, 0, wanted));
        }

        public void ChangeOtherKeys()
        {
            for (var number = CardKeyNumber.Enquiry; number <= CardKeyNumber.Spare5; number++)
            {
                var version = Issuer.Execute(new GetKeyVersion(number));
                if (version == keys[number].Version)
                    continue;
                // Key 0 is changed last, so while another is not ours yet, key 0 tells what it is.
                if (version != CardKey.FirstVersion || _firstKey is null)
                    throw Foreign(CardForeignReason.UnknownKeys, $"The {number} key has version {version}.");
                Issuer.Execute(new ChangeKey(number, _firstKey, keys[number]));
            }
        }

        public void ChangeIssuerKey()
        {
            if (_firstKey is null)
                return;

            Issuer.Execute(new ChangeKey(CardKeyNumber.Issuer, Old: null, keys[CardKeyNumber.Issuer]));
            OpenIssuer();
        }

        public void MakeTransactionMacFile()
        {
            if (HasTransactionMacFile)
                return;

            Issuer.Execute(new CreateTransactionMACFile(
                CardLayout.TransactionMacFile, CardLayout.SaleRights, keys[CardKeyNumber.TransactionMac]));
        }

        public void Dispose()
        {
            _issuer?.Dispose();
            _factoryKey.Dispose();
        }

        /// <summary>A session under key 0: the one to be, else the one that applications begin with, as the
        /// bench or the factory has it.</summary>
        private void OpenIssuer()
        {
            _issuer?.Dispose();
            _issuer = TryOpenIssuer(keys[CardKeyNumber.Issuer]);
            _firstKey = null;
            if (_issuer is null && keys.Picc is { } picc)
                _issuer = TryOpenIssuer(_firstKey = picc.Default);
            _issuer ??= TryOpenIssuer(_firstKey = _factoryKey)
                ?? throw Foreign(CardForeignReason.UnknownKeys, "Key 0 is neither ours nor a blank card's.");
        }

        private Ev2Channel? TryOpenIssuer(CardKey key)
        {
            new PlainChannel(channel).Execute(new SelectApplication(CardLayout.Application));
            return Ev2Handshake.TryFirst(channel, key, CardKeyNumber.Issuer, random);
        }

        private static CardForeignException Foreign(CardForeignReason reason, string message) =>
            new(reason, message);
    }
}
