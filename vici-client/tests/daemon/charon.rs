//! A charon of the test's own.

use std::env;
use std::fs::File;
use std::io::Read;
use std::ops::Deref;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use vici_client::{Address, Client, Config, Error, Message};
use vici_types::{StreamingCommand, Version};

use crate::coverage;
use crate::shared::outside::{self, leave_out, say, test_name};
use crate::wire::Wire;

/// How long a daemon may take to start, and to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon, and what went over the wire to it.
pub(crate) struct Daemon {
    generation: &'static str,
    dir: PathBuf,
    /// Where it listens itself.
    address: Address,
    /// How `daemons/charon` starts it, if in another way than usual.
    mode: Option<&'static str>,
    version: String,
    wire: Wire,
}

impl Daemon {
    /// The daemon that has, or is about to have, its socket in the folder.
    pub(crate) fn new(generation: &'static str, dir: &Path) -> Self {
        Self {
            generation,
            dir: dir.to_owned(),
            address: dir.join("charon.vici").into(),
            mode: None,
            version: String::new(),
            wire: Wire::start(&dir.join("seen.vici"), &dir.join("charon.vici")),
        }
    }

    /// Waits until it answers. `ended` tells why it can't any more.
    pub(crate) fn wait(&mut self, mut ended: impl FnMut() -> Option<String>) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(reason) = ended() {
                return Err(reason);
            }
            // Tries again until the daemon accepts, for a part of the time.
            match self.connect_within(Duration::from_millis(500)) {
                Ok(mut client) => {
                    self.version = client.call(&Version::new()).unwrap().version;
                    return Ok(());
                }
                Err(error) => assert!(Instant::now() < deadline, "{error}\n{}", self.log()),
            }
        }
    }

    /// The Debian release that it is of.
    pub(crate) fn generation(&self) -> &'static str {
        self.generation
    }

    /// What it says its version is.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether it is of this version or a later one.
    pub(crate) fn is_at_least(&self, wanted: [u32; 3]) -> bool {
        coverage::number(&self.version) >= wanted
    }

    /// The folder that it has as `/mnt`.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where it listens, with the record in between.
    pub(crate) fn uri(&self) -> String {
        format!("unix://{}", self.dir.join("seen.vici").display())
    }

    /// A new connection to it, whose calls take 20 seconds at most.
    pub(crate) fn client(&self) -> Client {
        if self.is_on_tcp() {
            return self.direct();
        }
        let mut client = Client::connect_uri(&self.uri()).unwrap();
        client.set_timeout(Some(PATIENCE)).unwrap();
        client
    }

    /// A connection straight to it, past what watches the wire: for what is no use to look at, or
    /// makes no sense.
    pub(crate) fn direct(&self) -> Client {
        let mut client = self.connect_within(PATIENCE).unwrap();
        client.set_timeout(Some(PATIENCE)).unwrap();
        client
    }

    /// How to connect to it without a proxy.
    pub(crate) fn config(&self) -> Config {
        Config::from(self.address.clone()).connect_limit(PATIENCE)
    }

    fn connect_within(&self, limit: Duration) -> Result<Client, Error> {
        self.config().connect_limit(limit).connect()
    }

    /// Whether its socket is one of TCP, past which nothing watches the wire.
    fn is_on_tcp(&self) -> bool {
        matches!(self.address, Address::Tcp { .. })
    }

    /// The last request of a command that a client sent.
    pub(crate) fn request(&self, command: &str) -> Message {
        self.wire.request(command)
    }

    /// Fails if something came that the types do not hold, and records what was exercised.
    pub(crate) fn finish(&self, test: &str) {
        if self.is_on_tcp() {
            return;
        }
        let (seen, faults) = self.wire.take();
        assert!(
            faults.is_empty(),
            "charon {}: {} messages do not fit their types:\n{}",
            self.version,
            faults.len(),
            faults[..faults.len().min(5)].join("\n")
        );
        coverage::record(self.generation, test, &self.version, &seen);
    }

    /// What it printed and logged.
    pub(crate) fn log(&self) -> String {
        let read = |name| {
            let bytes = std::fs::read(self.dir.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        read("output") + &read("charon.log")
    }
}

/// A running daemon, which ends with this.
pub(crate) struct Charon {
    daemon: Daemon,
    process: Child,
    _dir: tempfile::TempDir,
}

impl Charon {
    /// Starts a daemon, or says why there is none.
    fn start(generation: &'static str, mode: Option<&'static str>) -> Result<Self, String> {
        let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
        let mut daemon = Daemon::new(generation, dir.path());
        daemon.mode = mode;
        if mode == Some("--tcp") {
            daemon.address = "tcp://127.0.0.1:4502".parse().unwrap();
        }
        let mut charon = Self {
            process: spawn(&daemon, &[]),
            daemon,
            _dir: dir,
        };
        charon.wait()?;
        Ok(charon)
    }

    fn wait(&mut self) -> Result<(), String> {
        let process = &mut self.process;
        self.daemon.wait(|| left_out(process, "daemons/charon"))
    }

    /// Ends it and starts it anew with what is in its folder, but without some of its plugins.
    pub(crate) fn restart(&mut self, without: &[&str]) {
        self.kill();
        self.process = spawn(&self.daemon, without);
        self.wait().unwrap();
    }

    /// Asks it to end, as the system does.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Stops it, as if it hung: all of its threads when this returns.
    pub(crate) fn stop(&self) {
        self.signal("STOP");
        let tasks = format!("/proc/{}/task", self.process.id());
        let is_stopped = |task: std::fs::DirEntry| {
            let stat = std::fs::read_to_string(task.path().join("stat")).unwrap();
            // Behind the name, which is in brackets.
            stat.rsplit_once(") ").unwrap().1.starts_with('T')
        };
        let deadline = Instant::now() + PATIENCE;
        while !std::fs::read_dir(&tasks)
            .unwrap()
            .all(|task| is_stopped(task.unwrap()))
        {
            assert!(Instant::now() < deadline, "it does not stop");
            std::thread::yield_now();
        }
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal("CONT");
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Deref for Charon {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}

impl Drop for Charon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&self.log());
        }
        // All that it has is in namespaces of its own and ends with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(daemon: &Daemon, without: &[&str]) -> Child {
    Command::new(script("charon"))
        .args(daemon.mode)
        .arg(daemon.generation)
        .arg(&daemon.dir)
        .args(without)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("daemons/charon can be run")
}

/// A script of the folder `daemons`.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../daemons")
        .join(name)
}

/// Why a script has ended, if it has because it can't start a daemon.
pub(crate) fn left_out(process: &mut Child, name: &str) -> Option<String> {
    if process.try_wait().unwrap()?.success() {
        return None;
    }
    outside::left_out(process, name)
}

/// Runs a test against a daemon, or tells that it is left out.
pub(crate) fn run(generation: &'static str, test: impl FnOnce(&mut Charon)) {
    run_with(|| Charon::start(generation, None), test);
}

/// Runs a test against a daemon whose socket is one of TCP, in a network namespace of this thread.
pub(crate) fn run_tcp(generation: &'static str, test: impl FnOnce(&mut Charon)) {
    run_in_network(generation, "--tcp", test);
}

/// Runs a test against a daemon that can build IKE_SAs with itself, in a network namespace of this
/// thread.
pub(crate) fn run_gateway(generation: &'static str, test: impl FnOnce(&mut Charon)) {
    run_in_network(generation, "--gateway", test);
}

fn run_in_network(generation: &'static str, mode: &'static str, test: impl FnOnce(&mut Charon)) {
    // The namespace ends with the thread, and what it has started.
    let start = || enter_network().and_then(|()| Charon::start(generation, Some(mode)));
    run_with(start, test);
}

/// Enters a network namespace of its own, with this thread and those that it starts.
fn enter_network() -> Result<(), String> {
    let mut holder = Command::new("unshare")
        .args(["--net", "sh", "-c", "ip link set lo up && echo && exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("unshare: {error}"))?;
    let ready = holder.stdout.as_mut().unwrap().read(&mut [0]).unwrap() == 1;
    let entered = ready.then(|| {
        let namespace = File::open(format!("/proc/{}/ns/net", holder.id())).unwrap();
        let kind = Some(LinkNameSpaceType::Network);
        move_into_link_name_space(namespace.as_fd(), kind).unwrap();
    });
    holder.kill().unwrap();
    holder.wait().unwrap();
    entered.ok_or_else(|| "no network namespace can be made".to_owned())
}

fn run_with(start: impl FnOnce() -> Result<Charon, String>, test: impl FnOnce(&mut Charon)) {
    let name = test_name();
    if let Some(mut charon) = started(&name, start()) {
        say(&format!("{name}: charon {}", charon.version()));
        test(&mut charon);
        charon.finish(&name);
    }
}

/// What was started, if anything was; a failure where it has to be.
pub(crate) fn started<T>(test: &str, result: Result<T, String>) -> Option<T> {
    result.inspect_err(|reason| leave_out(test, reason)).ok()
}

/// Makes tests of functions that take a daemon, or what else is run: one a generation, named after it.
macro_rules! each_generation {
    (of $run:path; $($test:ident)*) => {$(
        mod $test {
            #[test]
            fn bookworm() {
                $run("bookworm", |it| super::$test(it));
            }

            #[test]
            fn trixie() {
                $run("trixie", |it| super::$test(it));
            }

            #[test]
            fn forky() {
                $run("forky", |it| super::$test(it));
            }
        }
    )*};
    ($($test:ident)*) => {
        each_generation! { of $crate::charon::run; $($test)* }
    };
}
pub(crate) use each_generation;

/// All that a command lists.
pub(crate) fn list<R: StreamingCommand>(client: &mut Client, request: &R) -> Vec<R::Event> {
    let mut stream = client.stream(request).unwrap();
    let items = stream.by_ref().map(Result::unwrap).collect();
    stream.finish().unwrap();
    items
}

/// What the daemon says to a command that it refuses.
pub(crate) fn refusal<R: vici_types::Command>(client: &mut Client, request: &R) -> String {
    match client.call(request).map(|_| ()) {
        Err(Error::CommandFailed { errmsg, .. }) => errmsg.unwrap(),
        other => panic!("{} was not refused: {other:?}", R::NAME),
    }
}
