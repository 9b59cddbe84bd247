//! All at once, for as long as one likes: many clients, streams that are dropped, deadlines of
//! microseconds, connections that know no manners, a daemon that is restarted all the time, and events
//! that are counted against its own log.
//!
//! ```sh
//! VICI_SOAK_SECONDS=3600 cargo test -p vici-client --test daemon -- soak::
//! ```

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use vici_client::{Client, Config, Error};
use vici_types::{
    Conn, ConnAuth, GetConns, IkeUpdown, IkeVersion, Initiate, ListConns, ListSas, LoadConn,
    LoadShared, SharedType, Terminate, Unique, UnloadConn, Version,
};

use crate::charon::{Charon, PATIENCE, each_generation};
use crate::shared::outside::say;

each_generation! { of crate::charon::run_gateway;
    nothing_is_lost_doubled_or_shifted
}

/// How long it takes where nothing else is said.
const SECONDS: u64 = 5;

const WATCHERS: usize = 2;
const LISTERS: u64 = 3;

/// So many IKE_SAs of the daemon with itself come and go in a round; both ends raise events.
const SAS: u64 = 8;
const ENDS: u64 = 2;

/// The daemon is restarted after so many rounds.
const ROUNDS: u64 = 3;

/// What the threads share.
struct Soak {
    path: PathBuf,
    over: AtomicBool,
    /// One more when a restart begins, and when it is done: odd meanwhile.
    restarts: AtomicU64,
    watchers: Vec<Watcher>,
    counts: Counts,
}

/// Ends the threads, also where a test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// What a subscriber has seen.
#[derive(Default)]
struct Watcher {
    /// The restart after which it is subscribed for sure.
    subscribed: AtomicU64,
    ups: AtomicU64,
    downs: AtomicU64,
}

/// What was done.
#[derive(Debug, Default)]
struct Counts {
    sas: AtomicU64,
    lists: AtomicU64,
    dropped_streams: AtomicU64,
    timeouts: AtomicU64,
    in_step: AtomicU64,
    loads: AtomicU64,
    rude: AtomicU64,
    reconnects: AtomicU64,
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, SeqCst);
}

/// Numbers that look random, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn few(&mut self) -> usize {
        usize::try_from(self.below(5)).unwrap()
    }
}

fn nothing_is_lost_doubled_or_shifted(charon: &mut Charon) {
    let seconds = env::var("VICI_SOAK_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    let soak = Soak {
        path: charon.dir().join("charon.vici"),
        over: AtomicBool::new(false),
        restarts: AtomicU64::new(0),
        watchers: (0..WATCHERS).map(|_| Watcher::default()).collect(),
        counts: Counts::default(),
    };
    let soak = &soak;
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for watcher in &soak.watchers {
            watcher.subscribed.store(u64::MAX, SeqCst);
            threads.push(scope.spawn(move || soak.watch(watcher)));
        }
        for seed in 1..=LISTERS {
            threads.push(scope.spawn(move || soak.list(Numbers(seed))));
        }
        threads.push(scope.spawn(|| soak.load()));
        threads.push(scope.spawn(|| soak.be_rude(Numbers(4711))));

        let _ends = Ends(&soak.over);
        let mut round = 0;
        // A thread that has ended has failed.
        while Instant::now() < end && !threads.iter().any(|thread| thread.is_finished()) {
            soak.bring_up_and_down();
            round += 1;
            if round % ROUNDS == 0 {
                add(&soak.restarts);
                if round % (2 * ROUNDS) == 0 {
                    charon.terminate();
                }
                charon.restart(&[]);
                add(&soak.restarts);
            }
        }
    });

    let established = established(charon);
    assert_eq!(established, ENDS * soak.counts.sas.load(SeqCst));
    for watcher in &soak.watchers {
        assert_eq!(watcher.ups.load(SeqCst), established);
        assert_eq!(watcher.downs.load(SeqCst), established);
    }
    say(&format!(
        "{} restarts, {established} times up and down, {:?}",
        soak.restarts.load(SeqCst) / 2,
        soak.counts
    ));
}

/// How many IKE_SAs the daemon has logged that they were established, over all restarts.
fn established(charon: &Charon) -> u64 {
    let log = fs::read_to_string(charon.dir().join("charon.log")).unwrap();
    let lines = log
        .lines()
        .filter(|line| line.contains(" established between "));
    u64::try_from(lines.count()).unwrap()
}

/// Looks until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

impl Soak {
    fn connect(&self) -> Client {
        let config = Config::new().address(&*self.path).connect_limit(PATIENCE);
        config.timeout(PATIENCE).connect().unwrap()
    }

    /// Does the same until it is over, over one connection, which only ends when the daemon is
    /// restarted. `done` is told of each restart after which the connection was seen to work.
    fn repeat(
        &self,
        mut client: Client,
        mut work: impl FnMut(&mut Client) -> Result<(), Error>,
        done: impl Fn(u64),
    ) {
        let mut since = None;
        while !self.over.load(SeqCst) {
            let begun = self.restarts.load(SeqCst);
            match work(&mut client) {
                // The daemon before has ended by then.
                Ok(()) if begun % 2 == 0 => {
                    since = Some(begun);
                    done(begun);
                }
                Ok(()) => {}
                Err(error) => {
                    assert!(error.is_closed(), "{error:?}");
                    assert_ne!(since, Some(self.restarts.load(SeqCst)), "{error:?}");
                    client.reconnect(PATIENCE).unwrap();
                    add(&self.counts.reconnects);
                }
            }
        }
    }

    /// Counts events, with calls and dropped streams between them.
    fn watch(&self, watcher: &Watcher) {
        let mut seen = BTreeSet::new();
        let mut client = self.connect();
        client.subscribe::<IkeUpdown>().unwrap();
        let work = |client: &mut Client| {
            let now = self.restarts.load(SeqCst);
            while let Some(event) = client.next_event(Some(Duration::from_millis(2)))? {
                let event: IkeUpdown = event.decode()?;
                let what = (now / 2, event.ike_sa.uniqueid, event.up);
                assert!(seen.insert(what), "twice: {what:?}");
                add(if event.up {
                    &watcher.ups
                } else {
                    &watcher.downs
                });
            }
            drop(client.stream(&ListSas::new())?.next());
            add(&self.counts.dropped_streams);
            client.call(&Version::new()).map(drop)
        };
        self.repeat(client, work, |restart| {
            watcher.subscribed.store(restart, SeqCst);
        });
    }

    /// Lists in full and in part, and runs out of time in any moment.
    fn list(&self, mut numbers: Numbers) {
        let work = |client: &mut Client| {
            match numbers.below(4) {
                0 => {
                    let mut sas = client.stream(&ListSas::new())?;
                    for sa in sas.by_ref() {
                        sa?;
                    }
                    sas.finish()?;
                    add(&self.counts.lists);
                }
                1 => {
                    let conns = client.stream(&ListConns::new())?;
                    for conn in conns.take(numbers.few()) {
                        conn?;
                    }
                    add(&self.counts.dropped_streams);
                }
                which => {
                    let limit = Duration::from_micros(1 + numbers.below(300));
                    client.set_timeout(Some(limit))?;
                    let result = if which == 2 {
                        client.call(&GetConns::new()).map(drop)
                    } else {
                        let sas = client.stream(&ListSas::new());
                        sas.and_then(|mut sas| sas.try_for_each(|sa| sa.map(drop)))
                    };
                    client.set_timeout(Some(PATIENCE))?;
                    match result {
                        Err(error) if error.is_timeout() => add(&self.counts.timeouts),
                        result => result?,
                    }
                }
            }
            // An answer to something else has other keys.
            assert_eq!(client.call(&Version::new())?.daemon, "charon");
            add(&self.counts.in_step);
            Ok(())
        };
        self.repeat(self.connect(), work, |_| {});
    }

    /// Loads, lists and unloads.
    fn load(&self) {
        let work = |client: &mut Client| {
            client.call(&LoadConn::new("loaded", Conn::new()))?;
            assert!(
                client
                    .call(&GetConns::new())?
                    .conns
                    .iter()
                    .any(|conn| *conn == "loaded")
            );
            let mut listed = client.stream(&ListConns::new().ike("loaded"))?;
            assert_eq!(listed.next().transpose()?.unwrap().name, "loaded");
            listed.finish()?;
            client.call(&UnloadConn::new("loaded"))?;
            match client.call(&UnloadConn::new("loaded")) {
                Err(error) if error.is_not_found() => {}
                other => panic!("{:?}", other?),
            }
            add(&self.counts.loads);
            Ok(())
        };
        self.repeat(self.connect(), work, |_| {});
    }

    /// Connects, says something that makes no sense, or half of what does, and goes.
    fn be_rude(&self, mut numbers: Numbers) {
        let words: [&[u8]; 5] = [
            b"",
            b"\0\0",
            b"\0\0\0\x0d\0\x07ver",
            b"\xff\xff\xff\xff",
            b"\0\0\0\x0c\x03\x0aike-updown\0\0\0\x09\0\x07version",
        ];
        while !self.over.load(SeqCst) {
            // There is nobody while the daemon is restarted.
            if let Ok(mut stream) = UnixStream::connect(&self.path) {
                let _ = stream.write_all(words[numbers.few()]);
                add(&self.counts.rude);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Has the daemon build IKE_SAs with itself and end them, and sees to it that all watchers hear of
    /// each.
    fn bring_up_and_down(&self) {
        let now = self.restarts.load(SeqCst);
        let all = |is_so: &dyn Fn(&Watcher) -> bool| self.watchers.iter().all(is_so);
        until("a watcher is not subscribed again", || {
            all(&|watcher| watcher.subscribed.load(SeqCst) == now)
        });

        let mut client = self.connect();
        let auth = || ConnAuth::new().auth("psk").id("itself");
        let secret = LoadShared::new(SharedType::Ike, "its own").owners(["itself"]);
        client.call(&secret).unwrap();
        // Another address for each, as it would take the IKE_SA that there is.
        let names: Vec<_> = (2..2 + SAS).map(|host| format!("127.0.0.{host}")).collect();
        for name in &names {
            let conn = Conn::new()
                .version(IkeVersion::V2)
                .remote_addrs([name.as_str(), "127.0.0.1"])
                .proposals(["aes128-sha256-x25519"])
                .unique(Unique::Never)
                .local(auth())
                .remote(auth());
            client.call(&LoadConn::new(name, conn)).unwrap();
        }
        // One after the other: of one address the daemon takes only some at once.
        for name in &names {
            let initiate = Initiate::new().ike(name).timeout(10_000);
            client.call(&initiate).unwrap();
            add(&self.counts.sas);
        }
        let wanted = ENDS * self.counts.sas.load(SeqCst);
        until("an event of an IKE_SA that is up is missing", || {
            all(&|watcher| watcher.ups.load(SeqCst) == wanted)
        });

        for name in &names {
            // The other end may have ended it meanwhile.
            match client.call(&Terminate::new().ike(name).timeout(-1)) {
                Err(error) if error.is_refused() => {}
                other => drop(other.unwrap()),
            }
        }
        until("an event of an IKE_SA that is down is missing", || {
            all(&|watcher| watcher.downs.load(SeqCst) == wanted)
        });
    }
}
