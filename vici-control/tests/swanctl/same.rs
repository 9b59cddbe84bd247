//! What both send, and how it is compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde::de::DeserializeOwned;
use vici_client::vici_serde::{Section, Value, from_slice, to_vec};
use vici_control::Config;
use vici_testing::{Call, Reply, Server, Service};
use vici_types::*;

use crate::outside::{Script, leave_out, left_out, say, test_name};

/// Commands and their messages.
type Sent = Vec<(String, Vec<u8>)>;

/// A folder with a `swanctl` of a generation, and what it has sent.
pub(crate) struct Swanctl {
    generation: &'static str,
    dir: tempfile::TempDir,
    sent: Arc<Mutex<Sent>>,
    /// `daemons/swanctl`, which runs it again and again: to begin anew takes longer than the run.
    script: Mutex<Script>,
    _server: Server,
}

/// Takes everything, and has nothing loaded.
struct Recorder(Arc<Mutex<Sent>>);

impl Service for Recorder {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        let response = match call.command() {
            "get-conns" => Reply::response(&GetConnsResponse::default()),
            "get-pools" => Reply::response(&GetPoolsResponse::default()),
            "get-authorities" => Reply::response(&GetAuthoritiesResponse::default()),
            "get-keys" => Reply::response(&GetKeysResponse::default()),
            "get-shared" => Reply::response(&GetSharedResponse::default()),
            command => {
                let mut sent = self.0.lock().unwrap();
                sent.push((command.to_owned(), call.message().to_owned()));
                Ok(Reply::success())
            }
        };
        response.unwrap()
    }

    fn has_event(&self, _: &str) -> bool {
        false
    }
}

/// Runs a test with the `swanctl` of a generation, or tells that it is left out.
pub(crate) fn run(generation: &'static str, test: impl FnOnce(&Swanctl)) {
    let swanctl = Swanctl::new(generation);
    if swanctl.run("--version").is_none() {
        let process = &mut swanctl.script.lock().unwrap().process;
        process.wait().unwrap();
        let reason = left_out(process, "daemons/swanctl").unwrap();
        return leave_out(&test_name(), &reason);
    }
    test(&swanctl);
}

impl Swanctl {
    fn new(generation: &'static str) -> Self {
        let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
        let sent = Arc::default();
        let server = Server::new(Recorder(Arc::clone(&sent)));
        server.listen_unix(dir.path().join("seen.vici")).unwrap();
        fs::create_dir(dir.path().join("swanctl")).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemons/swanctl");
        let mut command = Command::new(script);
        Self {
            generation,
            script: Mutex::new(Script::start(command.arg(generation).arg(dir.path()))),
            dir,
            sent,
            _server: server,
        }
    }

    /// Runs it once, and tells whether it succeeds; nothing where the script has ended.
    fn run(&self, words: &str) -> Option<bool> {
        let mut script = self.script.lock().unwrap();
        script.tell(words);
        script.line().map(|line| line == "exit 0")
    }

    /// The folder that has `swanctl.conf`.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().join("swanctl")
    }

    /// Empties the folder.
    pub(crate) fn clear(&self) {
        fs::remove_dir_all(self.folder()).unwrap();
        fs::create_dir(self.folder()).unwrap();
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.folder().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// What `swanctl --load-all` sends, or what it says.
    pub(crate) fn load_all(&self) -> Result<Sent, String> {
        self.sent.lock().unwrap().clear();
        let succeeded = self.run("--load-all --noprompt");
        let said = fs::read(self.dir.path().join("said")).unwrap();
        let said = String::from_utf8_lossy(&said).into_owned();
        // A file that it can't parse is an empty one for it.
        if succeeded.expect("it goes on") && !said.contains("invalid config file") {
            Ok(std::mem::take(&mut *self.sent.lock().unwrap()))
        } else {
            Err(said)
        }
    }

    /// What is read here.
    pub(crate) fn read(&self) -> Result<Config, vici_control::Error> {
        Config::read(self.folder().join("swanctl.conf"))
    }

    /// Both take the folder, and what they send is the same.
    #[track_caller]
    pub(crate) fn assert_same(&self, what: &str) -> Config {
        let theirs = match self.load_all() {
            Ok(theirs) => theirs,
            Err(said) => panic!("{what}: {said}"),
        };
        let config = match self.read() {
            Ok(config) => config,
            Err(error) => panic!("{what}: {error}"),
        };
        assert_eq!(sent(&config), normal(&theirs), "{what}");
        config
    }

    /// Ours refuses what theirs may take.
    #[track_caller]
    pub(crate) fn assert_refused(&self, expected: &str) {
        let folder = self.folder().display().to_string();
        let error = self.read().unwrap_err().to_string();
        assert_eq!(error.replace(&folder, "/etc/swanctl"), expected);
    }
}

/// The requests of a configuration, in the order in which `swanctl` sends them. The files of a folder
/// come in no order, so that certificates and keys are sorted.
fn sent(config: &Config) -> Vec<(String, Section)> {
    let mut all = Vec::new();
    add(&mut all, &config.certs);
    add(&mut all, &config.keys);
    all.sort_by_key(key);
    add(&mut all, &config.tokens);
    add(&mut all, &config.secrets);
    for (name, authority) in &config.authorities {
        add(&mut all, &[LoadAuthority::new(name, authority.clone())]);
    }
    for (name, pool) in &config.pools {
        add(&mut all, &[LoadPool::new(name, pool.clone())]);
    }
    for (name, conn) in &config.connections {
        add(&mut all, &[LoadConn::new(name, conn.clone())]);
    }
    all
}

fn add<R: Request>(all: &mut Vec<(String, Section)>, requests: &[R]) {
    for request in requests {
        let bytes = to_vec(request).unwrap();
        let request = with_plain_type(&from_slice(&bytes).unwrap());
        all.push((R::NAME.to_owned(), request));
    }
}

fn key(request: &(String, Section)) -> (String, Vec<u8>) {
    (request.0.clone(), to_vec(&request.1).unwrap())
}

/// What the real one has sent, with the keys of each section in the order of the types: their order
/// means nothing. All values are compared as they came, but for yes and no and for numbers, which have
/// several spellings.
fn normal(theirs: &[(String, Vec<u8>)]) -> Vec<(String, Section)> {
    let mut all: Vec<(String, Section)> = theirs
        .iter()
        .map(|(command, bytes)| (command.clone(), normal_request(command, bytes)))
        .collect();
    let credentials = all
        .iter()
        .take_while(|(command, _)| command == "load-cert" || command == "load-key")
        .count();
    all[..credentials].sort_by_key(key);
    all
}

fn normal_request(command: &str, bytes: &[u8]) -> Section {
    fn through<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Vec<u8> {
        to_vec(&from_slice::<T>(bytes).unwrap()).unwrap()
    }
    let raw: Section = from_slice(bytes).unwrap();
    let typed = match command {
        "load-conn" => through::<LoadConn>(bytes),
        "load-pool" => through::<LoadPool>(bytes),
        "load-authority" => through::<LoadAuthority>(bytes),
        "load-shared" => through::<LoadShared>(bytes),
        "load-token" => through::<LoadToken>(bytes),
        "load-cert" => through::<LoadCert>(bytes),
        "load-key" => through::<LoadKey>(bytes),
        other => panic!("swanctl sends {other}"),
    };
    let typed: Section = from_slice(&typed).unwrap();
    assert_only_spelling_differs(&raw, &typed);
    with_plain_type(&typed)
}

/// The daemon reads the kinds of keys and secrets in any case.
fn with_plain_type(request: &Section) -> Section {
    let plain = |(name, value): (&[u8], &Value)| match value {
        Value::Scalar(type_) if name == b"type" => {
            (name.to_vec(), type_.to_ascii_lowercase().into())
        }
        value => (name.to_vec(), value.clone()),
    };
    request.iter().map(plain).collect()
}

fn assert_only_spelling_differs(raw: &Section, typed: &Section) {
    assert_eq!(raw.len(), typed.len());
    for (name, value) in raw {
        let same = typed.iter().find(|(other, _)| *other == name);
        let (_, same) = same.expect("no key is lost");
        match (value, same) {
            (Value::Section(raw), Value::Section(typed)) => {
                assert_only_spelling_differs(raw, typed)
            }
            (Value::Scalar(raw), Value::Scalar(typed)) if raw != typed => {
                let [raw, typed] = [raw, typed].map(|text| String::from_utf8_lossy(text));
                let yes = ["yes", "true", "enabled", "1"];
                let is_yes = |text: &str| yes.iter().any(|yes| yes.eq_ignore_ascii_case(text));
                let number: Option<i64> = typed.parse().ok();
                assert!(
                    ["yes", "no"].contains(&&typed[..]) && is_yes(&raw) == is_yes(&typed)
                        || number.is_some(),
                    "{raw} is {typed}"
                );
            }
            (raw, typed) => assert_eq!(raw, typed),
        }
    }
}

/// Tells how much was compared.
pub(crate) fn compared(swanctl: &Swanctl, count: usize) {
    say(&format!(
        "{}: {count} folders are the same for the swanctl of {}",
        test_name(),
        swanctl.generation
    ));
}
