using System.Diagnostics;

namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>Lots while a member's history goes by; what came back is left out of it beforehand.</summary>
internal sealed class LotFold
{
    private readonly List<Holding> _lots = [];
    private long _owed;

    public void Apply(PointsMove move)
    {
        Advance(move.Day);
        switch (move)
        {
            case PointsMove.Given given:
                _lots.Add(new Holding(given));
                Advance(move.Day);
                break;
            case PointsMove.Spent spent:
                Spend(spent.Points);
                break;
            default:
                throw new UnreachableException(move.ToString());
        }
    }

    public MemberLots Through(DateOnly today)
    {
        Advance(today);
        return new MemberLots([.. _lots.Select(lot => lot.ToLot())], _owed);
    }

    // What becomes active pays first what is owed; what has expired is gone.
    private void Advance(DateOnly day)
    {
        while (_lots.Where(lot => lot.DueOn <= day).MinBy(lot => lot.DueOn) is { } due)
        {
            if (due.IsActive)
            {
                due.Expire();
            }
            else
            {
                due.Activate();
                _owed -= due.Take(_owed);
            }
        }
    }

    // A till that did not know of an expiry has honoured what had expired: that last of all.
    private void Spend(long points)
    {
        var inOrder = _lots.Where(lot => lot.IsActive)
            .OrderBy(lot => lot.ExpiresOn ?? DateOnly.MaxValue).ThenBy(lot => lot.ActiveOn).ToList();
        foreach (var lot in inOrder)
            points -= lot.Take(points);
        foreach (var lot in Enumerable.Reverse(inOrder))
            points -= lot.TakeExpired(points);
        _owed += points;
    }

    /// <summary>A lot as it stands.</summary>
    private sealed class Holding(PointsMove.Given given)
    {
        private long _remaining = given.Points;
        private long _expired;
        private bool _isOver;

        public DateOnly ActiveOn => given.ActiveOn;

        public DateOnly? ExpiresOn => given.ExpiresOn;

        public bool IsActive { get; private set; }

        /// <summary>When something happens to it by itself; null for never.</summary>
        public DateOnly? DueOn => !IsActive ? ActiveOn : _isOver ? null : ExpiresOn;

        public void Activate() => IsActive = true;

        public void Expire() => (_isOver, _expired, _remaining) = (true, _remaining, 0);

        public long Take(long most)
        {
            var taken = Math.Min(most, _remaining);
            _remaining -= taken;
            return taken;
        }

        public long TakeExpired(long most)
        {
            var taken = Math.Min(most, _expired);
            _expired -= taken;
            return taken;
        }

        public Lot ToLot() => new(given.Lot, ActiveOn, ExpiresOn, _remaining, _expired);
    }
}
