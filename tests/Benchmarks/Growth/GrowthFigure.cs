using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Demo;
using SmartCardCrm.Load;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Load.Store;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Growth;

/// <summary>
/// What an entry costs in a book of ten years beside one in a book of one year: two books of the same cards,
/// which buy at random in both, in turn. From the delivery as it came off the line to the commit: reading,
/// the cards' MACs, ledger, reconciliation, feed, disk. The line itself knows nothing of the book's size.
/// </summary>
internal sealed class GrowthFigure
{
    private const int WarmUpRounds = 3;
    private const int Rounds = 9;
    private const int SalesInRound = 4_000;
    private const int SalesInCommit = 1_000;
    private const int Growth = 10;

    /// <param name="work">A folder on a real disk.</param>
    /// <param name="engine">One of <see cref="Book.Engines"/>.</param>
    /// <param name="cards">A multiple of <see cref="GrownBook.Terminals"/>.</param>
    public static int Print(DirectoryInfo work, string engine, int cards)
    {
        using var store = Book.On(engine);
        using var young = new Chain(store, work.CreateSubdirectory("young"), cards, years: 1);
        using var old = new Chain(store, work.CreateSubdirectory("old"), cards, Growth);
        var (youngs, olds) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            youngs.Add(young.Take(SalesInRound));
            olds.Add(old.Take(SalesInRound));
        }

        Compare(
            string.Create(
                CultureInfo.InvariantCulture,
                $"growth, {engine}, {SalesInRound} sales with {Growth * cards} stored beside {cards}"),
            Median(olds.Skip(WarmUpRounds)), Median(youngs.Skip(WarmUpRounds)), aim: 1.3);
        return 0;
    }

    /// <summary>A chain with a past.</summary>
    private sealed class Chain : IDisposable
    {
        private readonly Headquarters _server;
        private readonly KeyVault _vault;
        private readonly Database _book;
        private readonly LoadChain _chain;
        private readonly Server.Sync.Intake _intake;
        private readonly Dictionary<int, PaperCard> _met = [];
        private readonly Dice _dice = Dice.For(1, "growth");
        private readonly uint[] _heads;
        private readonly int _cards;
        private readonly int _years;

        public Chain(Book store, DirectoryInfo work, int cards, int years)
        {
            (_cards, _years) = (cards, years);
            _server = new Headquarters(work);
            store.Prepare(_server.Folder);
            _chain = Founding.Of(
                _server, new LoadOptions("growth", Kills: 0, Seed: 1)
                {
                    Terminals = GrownBook.Terminals,
                    Cards = 0,
                },
                TimeProvider.System);
            _heads = new uint[_chain.Terminals.Count];
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"filled {years} x {cards} in {Time(() => GrownBook.Fill(_server.Folder, cards, years)):g}"));
            _vault = _server.OpenVault(TimeProvider.System);
            _book = _server.OpenBook();
            _intake = new Server.Sync.Intake(
                _book, _vault, TimeProvider.System, NullLogger<Server.Sync.Intake>.Instance);
        }

        /// <summary>Cards buy, and it is taken.</summary>
        /// <returns>How long the taking took.</returns>
        public TimeSpan Take(int sales)
        {
            var taken = TimeSpan.Zero;
            for (var sold = 0; sold < sales; sold += SalesInCommit)
            {
                for (var sale = 0; sale < SalesInCommit; sale++)
                    Sell();
                var deliveries = _chain.Terminals.Select(Unsent).ToList();
                taken += Time(() => Take(deliveries));
            }

            return taken;
        }

        public void Dispose()
        {
            _book.Dispose();
            _vault.Dispose();
        }

        // In its own store, whose terminal has the store's number.
        private void Sell()
        {
            var one = _dice.Below(_cards);
            if (!_met.TryGetValue(one, out var card))
                _met.Add(one, card = Find(one));
            _chain.Sell(card, _chain.Terminals[(int)(card.Number % GrownBook.Terminals)], 1_000);
        }

        private PaperCard Find(int one)
        {
            var uid = LoadChain.UidOf(one + 1);
            return PaperCard.At(
                uid, _vault.TransactionMacKey(uid, version: 1), GrownBook.NewestOf(one, _years),
                GrownBook.CommittedBy);
        }

        private Delivery Unsent(LoadTerminal terminal, int at)
        {
            var unsent = terminal.Entries(_heads[at], int.MaxValue, int.MaxValue);
            _heads[at] = terminal.Head;
            return new Delivery(terminal.Number, unsent);
        }

        private void Take(IEnumerable<Delivery> deliveries)
        {
            var verdicts = _intake.Take(ReadEntry.InOrder(deliveries.SelectMany(_intake.Read)));
            if (verdicts.FirstOrDefault(verdict => verdict is not Verdict.Accepted) is { } wrong)
                throw new InvalidOperationException($"A sale was not taken: {wrong}");
        }
    }
}
