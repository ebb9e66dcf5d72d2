namespace SmartCardCrm.Terminal.Doctor;

/// <summary>Whether the server can be reached, is the right one, and takes this terminal.</summary>
internal static class ServerCheck
{
    private static readonly TimeSpan SlowFrom = TimeSpan.FromSeconds(1);

    public static Finding Judge(Uri server, ServerSight sight, string data) => sight.Reach switch
    {
        ServerReach.NoName => Finding.Fail(
            DoctorCode.ServerName, $"{server.DnsSafeHost} has no address: {sight.Text}",
            $"getent hosts {server.DnsSafeHost}; cat /etc/resolv.conf",
            $"Or give it one by hand: echo 'ADDRESS {server.DnsSafeHost}' | sudo tee -a /etc/hosts"),
        ServerReach.NoConnection => Finding.Fail(
            DoctorCode.ServerAway,
            FormattableString.Invariant($"{server.DnsSafeHost} port {server.Port}: {sight.Text}"),
            "Is this machine's network up? ip -brief address; ip route",
            FormattableString.Invariant(
                $"Does the server run, and do firewalls let TCP port {server.Port} through?")),
        ServerReach.NotTrusted => Finding.Fail(
            DoctorCode.ServerUntrusted, $"{server}: {sight.Text}",
            "Is the clock right? See the line clock.",
            $"Was the server started with --grpc https://{server.DnsSafeHost}:{server.Port}? Its certificate "
                + "names that host and loopback.",
            "If the server has a new vault, it is another chain: enrol this terminal anew."),
        ServerReach.Refused => Refused(server, sight, data),
        _ => sight.RoundTrip < SlowFrom
            ? Finding.Ok(Subject.Server, Reached(server, sight))
            : Finding.Warn(
                DoctorCode.ServerSlow, Reached(server, sight),
                $"ping -c 5 {server.DnsSafeHost}; the terminal sells all the same."),
    };

    private static Finding Refused(Uri server, ServerSight sight, string data) =>
        StopCheck.Codes.Contains(sight.Code, StringComparer.Ordinal)
            ? StopCheck.Of(sight.Code, data)
            : Finding.Fail(
                DoctorCode.ServerRefuses, $"{server}: {sight.Code}: {sight.Text}",
                "Unauthenticated or certificate-…: see the line certificate.",
                "Anything else: look into the server's log at this time, and try again.");

    private static string Reached(Uri server, ServerSight sight) => FormattableString.Invariant(
        $"{server} takes this terminal, {sight.RoundTrip.TotalMilliseconds:0} ms a call");
}
