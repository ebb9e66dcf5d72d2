using System.Collections.Concurrent;
using System.Globalization;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// Makes members of households and gives each a card: headquarters drives it through a terminal's reader.
/// </summary>
internal sealed class CardIssue(ChainInABox chain, ulong seed, TimeProvider clock)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<Customer> _waiting = new();
    private readonly ConcurrentBag<Customer> _served = [];

    /// <summary>At whose readers; all of the chain unless told otherwise.</summary>
    public IReadOnlyList<ShopTerminal> Terminals { get; init; } = chain.Terminals;

    /// <summary>Serves those households that have no card yet, on all readers at once.</summary>
    /// <param name="households">In file order: the first to come is member 1.</param>
    /// <param name="progress">Told how many cards there are, after each.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<IReadOnlyList<Customer>> ServeAsync(
        IReadOnlyList<int> households, Action<int> progress, CancellationToken cancellation)
    {
        var known = chain.State.Customers.ToDictionary(customer => customer.Household);
        var served = await IssueAsync(
            households.Where(household => !known.ContainsKey(household)),
            household => MemberName.For(seed, household), progress, cancellation);
        chain.Remember(chain.State with { Customers = [.. chain.State.Customers, .. served] });
        var all = chain.State.Customers.ToDictionary(customer => customer.Household);
        return [.. households.Select(household => all[household])];
    }

    /// <summary>Makes each household a member with a card. Nobody remembers it but the caller.</summary>
    public async Task<IReadOnlyList<Customer>> IssueAsync(
        IEnumerable<int> households, Func<int, MemberName> nameOf, Action<int> progress,
        CancellationToken cancellation)
    {
        foreach (var household in households)
        {
            var name = nameOf(household);
            var joining = new NewMember(name.Name, name.Language, MemberName.PhoneOf(household));
            var member = await chain.Operator.AddMemberAsync(joining, cancellation);
            _waiting.Enqueue(new Customer(household, member.Id, UidFor(household)));
        }

        var numbers = (await chain.Operator.TerminalsAsync(cancellation))
            .ToLookup(t => t.Name, t => t.Number, StringComparer.Ordinal);
        await ChainInABox.AtReadersOfAsync(
            Terminals,
            (terminal, reader, stop) => WorkAsync(
                new Hand(terminal, reader, chain.Readers.Rack, clock),
                member => new IssueOrder(member, numbers[terminal.Name].Max(), reader.Name), progress, stop),
            cancellation);
        return [.. _served.OrderBy(customer => customer.Member)];
    }

    private async Task WorkAsync(
        Hand hand, Func<int, IssueOrder> orderFor, Action<int> progress, CancellationToken cancellation)
    {
        while (_waiting.TryDequeue(out var customer))
        {
            await chain.Readers.Rack.AddCardAsync(customer.Uid, cancellation);
            await hand.PutDownAsync(customer.Uid, cancellation);
            await DriveAsync(orderFor(customer.Member), hand, customer.Uid, cancellation);
            await hand.TakeAwayAsync(cancellation);
            _served.Add(customer);
            progress(_served.Count);
        }
    }

    private async Task DriveAsync(IssueOrder order, Hand hand, string uid, CancellationToken cancellation)
    {
        var job = await chain.Operator.IssueCardAsync(order, cancellation);
        var presented = clock.GetTimestamp();
        while (!job.IsOver)
        {
            await Task.Delay(LookEvery, clock, cancellation);
            job = await chain.Operator.JobAsync(job.Id, cancellation);
            if (!job.IsWaiting || clock.GetElapsedTime(presented) < Hand.Patience)
                continue;
            await hand.PutDownAgainAsync(uid, cancellation);
            presented = clock.GetTimestamp();
        }

        if (!job.IsDone)
            throw new InvalidOperationException(
                $"The card of member {order.Member} was not issued: {job.State} {job.Failure}");
    }

    // NXP's UIDs of seven bytes begin with 04.
    private string UidFor(int household)
    {
        var dice = Dice.For(seed, FormattableString.Invariant($"card {chain.State.Run} {household}"));
        return "04" + dice.Next().ToString("X16", CultureInfo.InvariantCulture)[..12];
    }
}
