using System.Diagnostics;

namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>Lots while a member's history goes by.</summary>
internal sealed class LotFold
{
    private readonly List<Holding> _lots = [];
    private readonly Dictionary<long, Spending> _spent = [];

    // In order; those that no lot could pay yet, wholly or in part, are owed.
    private readonly List<Spending> _owed = [];

    public void Apply(PointsMove move)
    {
        Advance(move.Day);
        switch (move)
        {
            case PointsMove.Given given:
                _lots.Add(new Holding(given.Lot, given.ActiveOn, given.ExpiresOn, given.Points));
                Advance(move.Day);
                break;
            case PointsMove.Spent spent:
                Spend(_spent[spent.Operation] = new Spending(), spent.Points);
                break;
            case PointsMove.TakenBack taken:
                TakeBack(taken);
                break;
            case PointsMove.GivenBack given:
                GiveBack(given);
                break;
            default:
                throw new UnreachableException(move.ToString());
        }
    }

    public MemberLots Through(DateOnly today)
    {
        Advance(today);
        return new MemberLots([.. _lots.Select(lot => lot.ToLot())], _owed.Sum(spending => spending.Owed));
    }

    // What becomes active pays first what is owed; what has expired is gone.
    private void Advance(DateOnly day)
    {
        while (_lots.Where(lot => lot.DueOn <= day).MinBy(lot => lot.DueOn) is { } due)
        {
            if (due.IsActive)
                due.Expire();
            else
                Pay(due.Activate());
        }
    }

    // Nothing is owed as long as a lot has something, expired or not.
    private void Pay(Holding lot)
    {
        foreach (var spending in _owed)
        {
            spending.Pay(lot);
            spending.PayExpired(lot);
        }

        _owed.RemoveAll(spending => spending.Owed == 0);
    }

    // A till that did not know of an expiry has honoured what had expired: that last of all.
    private void Spend(Spending spending, long points)
    {
        spending.Owed += points;
        var inOrder = _lots.Where(lot => lot.IsActive)
            .OrderBy(lot => lot.ExpiresOn ?? DateOnly.MaxValue).ThenBy(lot => lot.ActiveOn).ToList();
        foreach (var lot in inOrder)
            spending.Pay(lot);
        foreach (var lot in Enumerable.Reverse(inOrder))
            spending.PayExpired(lot);
        if (spending.Owed > 0)
            _owed.Add(spending);
    }

    // From the sale's own points: those that are there, then those that expired, which the member lost
    // already. What was spent of them, other lots pay.
    private void TakeBack(PointsMove.TakenBack taken)
    {
        var rest = taken.Points;
        if (_lots.Find(lot => lot.Number == taken.Lot) is { } lot)
            rest -= lot.TakeBack(rest);
        if (rest > 0)
            Spend(new Spending(), rest);
    }

    private void GiveBack(PointsMove.GivenBack given)
    {
        var rest = given.Points;
        if (_spent.TryGetValue(given.Sale, out var spending))
        {
            rest -= spending.Forgive(rest);
            _owed.RemoveAll(owed => owed.Owed == 0);
            foreach (var (lot, points) in spending.Undo(rest))
            {
                rest -= points;
                GiveBack(lot, points, given);
            }
        }

        if (rest > 0)
            Add(given.Return, given.Day, expiresOn: null, rest);
    }

    private void GiveBack(Holding lot, long points, PointsMove.GivenBack given)
    {
        if (lot.ExpiresOn <= given.Day && given.ExpiredUntil is { } until)
            Add(given.Return, given.Day, until, points);
        else
            Pay(lot.Return(points));
    }

    private void Add(long number, DateOnly day, DateOnly? expiresOn, long points)
    {
        _lots.Add(new Holding(number, day, expiresOn, points));
        Advance(day);
    }

    /// <summary>Points that were spent together, and which lots paid.</summary>
    private sealed class Spending
    {
        private readonly List<(Holding Lot, long Points)> _from = [];

        /// <summary>What no lot has paid yet.</summary>
        public long Owed { get; set; }

        public void Pay(Holding lot) => Note(lot, lot.Spend(Owed));

        public void PayExpired(Holding lot) => Note(lot, lot.Revive(Owed));

        /// <summary>What is owed need not be given back.</summary>
        public long Forgive(long points)
        {
            var forgiven = Math.Min(points, Owed);
            Owed -= forgiven;
            return forgiven;
        }

        /// <summary>Which lots get how many points back: what was taken last goes back first.</summary>
        public List<(Holding Lot, long Points)> Undo(long points)
        {
            var undone = new List<(Holding Lot, long Points)>();
            while (points > 0 && _from.Count > 0)
            {
                var (lot, taken) = _from[^1];
                var back = Math.Min(points, taken);
                undone.Add((lot, back));
                points -= back;
                if (back == taken)
                    _from.RemoveAt(_from.Count - 1);
                else
                    _from[^1] = (lot, taken - back);
            }

            return undone;
        }

        private void Note(Holding lot, long points)
        {
            Owed -= points;
            if (points > 0)
                _from.Add((lot, points));
        }
    }

    /// <summary>A lot as it stands.</summary>
    private sealed class Holding(long number, DateOnly activeOn, DateOnly? expiresOn, long points)
    {
        private long _remaining = points;
        private long _activated;
        private long _expired;
        private bool _isOver;

        public long Number => number;

        public DateOnly ActiveOn => activeOn;

        public DateOnly? ExpiresOn => expiresOn;

        public bool IsActive { get; private set; }

        /// <summary>When something happens to it by itself; null for never.</summary>
        public DateOnly? DueOn => !IsActive ? activeOn : _isOver ? null : expiresOn;

        public Holding Activate()
        {
            (IsActive, _activated) = (true, _remaining);
            return this;
        }

        public void Expire()
        {
            _isOver = true;
            (_expired, _remaining) = (_expired + _remaining, 0);
        }

        public long Spend(long most)
        {
            var spent = Math.Min(most, _remaining);
            _remaining -= spent;
            return spent;
        }

        public long Revive(long most)
        {
            var revived = Math.Min(most, _expired);
            _expired -= revived;
            return revived;
        }

        public long TakeBack(long most)
        {
            var taken = Spend(most);
            return taken + Revive(most - taken);
        }

        public Holding Return(long back)
        {
            if (_isOver)
                _expired += back;
            else
                _remaining += back;
            return this;
        }

        public Lot ToLot() => new(number, activeOn, expiresOn, _remaining, _activated, _expired);
    }
}
