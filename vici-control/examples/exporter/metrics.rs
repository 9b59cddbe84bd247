//! What daemons answer, as metrics in the text format of Prometheus. It asks nobody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vici_client::vici_types::{
    CertFlag, CertType, ChildSa, GetCountersResponse, GetPoolsResponse, IkeState, ListCert,
    ListConn, ListSa, StatsResponse, VersionResponse,
};
use vici_control::CertificateInfo;

/// What one daemon answers.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) version: VersionResponse,
    pub(crate) stats: StatsResponse,
    pub(crate) conns: Vec<ListConn>,
    pub(crate) sas: Vec<ListSa>,
    pub(crate) pools: GetPoolsResponse,
    /// Without the plugin there are none.
    pub(crate) counters: Option<GetCountersResponse>,
    pub(crate) certs: Vec<ListCert>,
}

/// A scrape of one daemon: what it is called, how long it took, and what came of it.
pub(crate) struct Scrape {
    pub(crate) daemon: String,
    pub(crate) seconds: f64,
    pub(crate) answers: Option<Answers>,
}

/// The metrics, with what they mean; the samples of one stand together, whichever daemon they are of.
struct Metrics(Vec<Metric>);

struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: String,
}

impl Metrics {
    fn add(
        &mut self,
        (name, kind, help): (&'static str, &'static str, &'static str),
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        let known = self.0.iter().position(|metric| metric.name == name);
        let at = known.unwrap_or_else(|| {
            let samples = String::new();
            self.0.push(Metric {
                name,
                kind,
                help,
                samples,
            });
            self.0.len() - 1
        });
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        let line = format!("{name}{{{}}} {value}\n", labels.join(","));
        self.0[at].samples += &line;
    }
}

/// Names come from elsewhere.
fn escaped(value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    value.replace('\n', "\\n")
}

/// What is up of a connection.
#[derive(Default)]
struct Connection {
    established: u32,
    other: u32,
    /// How old the newest IKE_SA is.
    age: Option<u64>,
    children: BTreeMap<String, Child>,
}

#[derive(Default)]
struct Child {
    up: u32,
    bytes: [u64; 2],
    packets: [u64; 2],
}

const GAUGE: &str = "gauge";
const COUNTER: &str = "counter";

/// The text, `now` seconds after 1970.
pub(crate) fn text(scrapes: &[Scrape], now: f64) -> String {
    let mut metrics = Metrics(Vec::new());
    for scrape in scrapes {
        let daemon = ("daemon", scrape.daemon.as_str());
        let is_up = u8::from(scrape.answers.is_some());
        let help = "Whether the daemon has answered all questions in time.";
        metrics.add(("strongswan_up", GAUGE, help), &[daemon], is_up);
        let help = "How long asking the daemon took.";
        let name = "strongswan_scrape_duration_seconds";
        metrics.add((name, GAUGE, help), &[daemon], scrape.seconds);
        if let Some(answers) = &scrape.answers {
            add_daemon(&mut metrics, daemon, answers);
            add_connections(&mut metrics, daemon, answers, now);
            add_pools(&mut metrics, daemon, answers);
            add_counters(&mut metrics, daemon, answers);
            add_certificates(&mut metrics, daemon, answers);
        }
    }
    let mut text = String::new();
    for metric in metrics.0 {
        let (name, help) = (metric.name, metric.help);
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {}", metric.kind);
        text += &metric.samples;
    }
    text
}

type Label<'a> = (&'a str, &'a str);

fn add_daemon(metrics: &mut Metrics, daemon: Label<'_>, answers: &Answers) {
    let (version, stats) = (&answers.version, &answers.stats);
    let help = "The version of the daemon; the value is always 1.";
    let labels = [daemon, ("version", version.version.as_str())];
    metrics.add(("strongswan_build_info", GAUGE, help), &labels, 1);
    let help = "All IKE_SAs, and those that are half open.";
    let half_open = stats.ikesas.half_open;
    for (state, count) in [("any", stats.ikesas.total), ("half-open", half_open)] {
        let labels = [daemon, ("state", state)];
        metrics.add(("strongswan_ike_sas", GAUGE, help), &labels, count);
    }
    let help =
        "The threads of the daemon, and those without work: with none left it answers nobody.";
    for (state, count) in [("any", stats.workers.total), ("idle", stats.workers.idle)] {
        let labels = [daemon, ("state", state)];
        metrics.add(("strongswan_workers", GAUGE, help), &labels, count);
    }
    let queues = &stats.queues;
    let help = "Jobs that wait for a thread.";
    for (priority, count) in [
        ("critical", queues.critical),
        ("high", queues.high),
        ("medium", queues.medium),
        ("low", queues.low),
    ] {
        let labels = [daemon, ("priority", priority)];
        metrics.add(("strongswan_queued_jobs", GAUGE, help), &labels, count);
    }
}

fn add_connections(metrics: &mut Metrics, daemon: Label<'_>, answers: &Answers, now: f64) {
    // What is configured is there, whether it is up or not.
    let mut all: BTreeMap<String, Connection> = BTreeMap::new();
    for conn in &answers.conns {
        let connection = all.entry(conn.name.to_string()).or_default();
        for name in conn.conn.children.names() {
            connection.children.entry(name.to_string()).or_default();
        }
    }
    for sa in &answers.sas {
        let connection = all.entry(sa.name.to_string()).or_default();
        let sa = &sa.ike_sa;
        match sa.state {
            IkeState::Established | IkeState::Rekeying => connection.established += 1,
            _ => connection.other += 1,
        }
        connection.age = match (connection.age, sa.established) {
            (Some(age), Some(other)) => Some(age.min(other)),
            (age, other) => age.or(other),
        };
        for child in sa.children().filter(|child| ChildSa::is_up(child)) {
            let name = child.name.as_ref().map(ToString::to_string);
            let sum = connection.children.entry(name.unwrap_or_default());
            let (sum, traffic) = (sum.or_default(), child.traffic());
            sum.up += 1;
            sum.bytes[0] += traffic.bytes_in;
            sum.bytes[1] += traffic.bytes_out;
            sum.packets[0] += traffic.packets_in;
            sum.packets[1] += traffic.packets_out;
        }
    }
    for (ike, connection) in &all {
        let ike = ("ike", ike.as_str());
        let help =
            "The IKE_SAs of a connection that are established; 0 if it is configured and down.";
        let name = "strongswan_connection_established_ike_sas";
        metrics.add((name, GAUGE, help), &[daemon, ike], connection.established);
        let help = "The IKE_SAs of a connection in any other state.";
        let name = "strongswan_connection_other_ike_sas";
        metrics.add((name, GAUGE, help), &[daemon, ike], connection.other);
        if let Some(age) = connection.age {
            let age = std::time::Duration::from_secs(age).as_secs_f64();
            let help = "When the newest IKE_SA of a connection was established.";
            let name = "strongswan_connection_established_timestamp_seconds";
            metrics.add((name, GAUGE, help), &[daemon, ike], now - age);
        }
        for (name, child) in &connection.children {
            let child_name = ("child", name.as_str());
            let help = "The CHILD_SAs that carry traffic; 0 if it is configured and down.";
            let labels = [daemon, ike, child_name];
            metrics.add(("strongswan_child_sas", GAUGE, help), &labels, child.up);
            for (at, direction) in ["in", "out"].into_iter().enumerate() {
                let labels = [daemon, ike, child_name, ("direction", direction)];
                // They are no counters: they begin anew, by parts, with each rekeying.
                let help = "What the CHILD_SAs that are up have carried since each was installed.";
                let name = "strongswan_child_sas_bytes";
                metrics.add((name, GAUGE, help), &labels, child.bytes[at]);
                let help = "The packets of the CHILD_SAs that are up since each was installed.";
                let name = "strongswan_child_sas_packets";
                metrics.add((name, GAUGE, help), &labels, child.packets[at]);
            }
        }
    }
}

fn add_pools(metrics: &mut Metrics, daemon: Label<'_>, answers: &Answers) {
    for (name, pool) in &answers.pools.pools {
        let name = name.to_string();
        let pool_name = ("pool", name.as_str());
        let help = "How many addresses a pool has.";
        let labels = [daemon, pool_name];
        metrics.add(("strongswan_pool_size", GAUGE, help), &labels, pool.size);
        let help =
            "The addresses of a pool that are in use, and those that are kept for who had them.";
        for (state, count) in [("online", pool.online), ("offline", pool.offline)] {
            let labels = [daemon, pool_name, ("state", state)];
            metrics.add(("strongswan_pool_leases", GAUGE, help), &labels, count);
        }
    }
}

fn add_counters(metrics: &mut Metrics, daemon: Label<'_>, answers: &Answers) {
    let Some(counters) = &answers.counters else {
        return;
    };
    let help = "IKE messages, rekeyings and errors, of all connections together.";
    for (event, count) in counters
        .global()
        .iter()
        .flat_map(|counters| counters.iter())
    {
        let labels = [daemon, ("event", event)];
        let name = "strongswan_ike_events_total";
        metrics.add((name, COUNTER, help), &labels, count);
    }
}

/// Own certificates and those of authorities: what peers send is kept by the daemon as well, and would be
/// as many series as there are peers.
fn add_certificates(metrics: &mut Metrics, daemon: Label<'_>, answers: &Answers) {
    let mut all: BTreeMap<(String, String, &str), i64> = BTreeMap::new();
    for cert in &answers.certs {
        let role = match &cert.flag {
            Some(CertFlag::Ca) => "ca",
            _ if cert.has_privkey => "own",
            _ => continue,
        };
        if cert.type_ != CertType::X509 {
            continue;
        }
        if let Some(info) = CertificateInfo::read(cert.data.as_bytes()) {
            let key = (info.common_name.unwrap_or_default(), info.serial, role);
            let not_after = all.entry(key).or_insert(info.not_after);
            *not_after = info.not_after.min(*not_after);
        }
    }
    for ((name, serial, role), not_after) in &all {
        let labels = [
            daemon,
            ("common_name", name.as_str()),
            ("serial", serial.as_str()),
            ("role", *role),
        ];
        let help = "When a certificate of the daemon or of an authority expires.";
        let name = "strongswan_certificate_expiry_timestamp_seconds";
        metrics.add((name, GAUGE, help), &labels, not_after);
    }
}
