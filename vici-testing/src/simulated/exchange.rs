//! The messages of IKE, as they are logged and counted.

use super::output::Output;
use super::sa::IkeSa;
use super::state::State;

/// An exchange of two messages with the peer, which either side may begin.
pub(super) struct Exchange<'a> {
    pub(super) name: &'static str,
    /// The identifier of its messages.
    pub(super) id: u32,
    /// Whether we begin.
    pub(super) ours: bool,
    /// What the request holds, and the response.
    pub(super) payloads: [&'a str; 2],
    /// The lengths of the packets.
    pub(super) lengths: [u32; 2],
    /// The port on both sides.
    pub(super) port: u16,
    /// What the names of its counters begin with.
    pub(super) counter: &'static str,
}

impl<'a> Exchange<'a> {
    /// The deletion of an SA.
    pub(super) fn delete(id: u32, ours: bool, answer: &'a str) -> Self {
        Self {
            name: "INFORMATIONAL",
            id,
            ours,
            payloads: ["[ D ]", answer],
            lengths: [80, 80],
            port: 4500,
            counter: "info",
        }
    }

    /// What makes new SAs of one that is up.
    pub(super) fn create(id: u32, ours: bool, payloads: &'a str) -> Self {
        Self {
            name: "CREATE_CHILD_SA",
            id,
            ours,
            payloads: [payloads, payloads],
            lengths: [320, 192],
            port: 4500,
            counter: "create-child",
        }
    }
}

impl State {
    /// The request of an exchange comes or goes.
    pub(super) fn request(&mut self, sa: &IkeSa, exchange: &Exchange<'_>, output: Output<'_>) {
        self.message(sa, exchange, true, output);
    }

    /// The response of an exchange comes or goes.
    pub(super) fn response(&mut self, sa: &IkeSa, exchange: &Exchange<'_>, output: Output<'_>) {
        self.message(sa, exchange, false, output);
    }

    fn message(&mut self, sa: &IkeSa, exchange: &Exchange<'_>, request: bool, output: Output<'_>) {
        let [of_request, of_response] = exchange.payloads;
        let (kind, short, payloads) = if request {
            ("request", "req", of_request)
        } else {
            ("response", "resp", of_response)
        };
        let [request_len, response_len] = exchange.lengths;
        let len = if request { request_len } else { response_len };
        let Exchange { name, id, port, .. } = exchange;
        let [local, remote] = [sa.local_host, sa.remote_host];
        let about = Some(sa.about());
        let out = exchange.ours == request;
        if out {
            let msg = format!("generating {name} {kind} {id} {payloads}");
            output.log("ENC", 1, about, &msg);
            let msg =
                format!("sending packet: from {local}[{port}] to {remote}[{port}] ({len} bytes)");
            output.log("NET", 1, about, &msg);
        } else {
            let msg =
                format!("received packet: from {remote}[{port}] to {local}[{port}] ({len} bytes)");
            output.log("NET", 1, about, &msg);
            let msg = format!("parsed {name} {kind} {id} {payloads}");
            output.log("ENC", 1, about, &msg);
        }
        let direction = if out { "out" } else { "in" };
        let counted = format!("{}-{direction}-{short}", exchange.counter);
        let conn = sa.chosen.then_some(sa.name.as_str());
        self.counters.count(conn, &[&counted]);
    }
}
