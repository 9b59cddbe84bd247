//! What an exchange with the peer leaves in the log and the counters.

use super::output::Output;
use super::sa::IkeSa;
use super::state::State;

/// An exchange about a child, which either side may begin.
pub(super) struct Exchange {
    pub(super) name: &'static str,
    /// What both of its messages hold.
    pub(super) payloads: &'static str,
    /// The lengths of the packets: of the request, of the response.
    pub(super) lengths: [u32; 2],
    /// What the names of its counters begin with.
    pub(super) counter: &'static str,
}

impl State {
    /// An exchange with this message ID, which we have begun or the peer. Only ours is logged.
    pub(super) fn exchange(
        &mut self,
        sa: &IkeSa,
        message: u32,
        ours: bool,
        exchange: &Exchange,
        output: Output<'_>,
    ) {
        let Exchange {
            name,
            payloads,
            lengths: [request, response],
            counter,
        } = exchange;
        let about = Some(sa.about());
        if ours {
            let msg = format!("generating {name} request {message} {payloads}");
            output.log("ENC", 1, about, &msg);
            output.log("NET", 1, about, &packet(sa, true, 4500, *request));
            output.log("NET", 1, about, &packet(sa, false, 4500, *response));
            let msg = format!("parsed {name} response {message} {payloads}");
            output.log("ENC", 1, about, &msg);
        }
        let directions = if ours { ["out", "in"] } else { ["in", "out"] };
        let [request, response] = directions;
        let counted = [
            format!("{counter}-{request}-req"),
            format!("{counter}-{response}-resp"),
        ];
        self.counters
            .count(&sa.name, &counted.each_ref().map(String::as_str));
    }
}

pub(super) fn packet(sa: &IkeSa, out: bool, port: u16, len: u32) -> String {
    let [local, remote] = [sa.local_host, sa.remote_host];
    let (verb, from, to) = if out {
        ("sending", local, remote)
    } else {
        ("received", remote, local)
    };
    format!("{verb} packet: from {from}[{port}] to {to}[{port}] ({len} bytes)")
}
