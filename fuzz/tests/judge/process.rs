//! The process of a judge.

use std::env;
use std::io::{BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What the judge is asked: each question behind its length.
pub(crate) struct Questions(BufWriter<ChildStdin>);

/// What it answers, in order. The answers come when there are many, or no more questions.
pub(crate) struct Answers {
    process: Child,
    output: BufReader<ChildStdout>,
}

/// Starts a judge, or prints why there is none. In CI there must be one.
pub(crate) fn start(name: &str) -> Option<(Questions, Answers)> {
    // Without a question it ends at once.
    let trial = judge(name).stdin(Stdio::null()).output().unwrap();
    if !trial.status.success() {
        let reason = String::from_utf8_lossy(&trial.stderr);
        let required = env::var_os("VICI_TEST_REQUIRE_DAEMON").is_some();
        assert!(
            trial.status.code() == Some(77) && !required,
            "the judge does not start: {}, {reason}",
            trial.status
        );
        println!("left out, as there is no judge: {}", reason.trim());
        return None;
    }
    // It says something of each message that it refuses.
    let mut process = judge(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let input = BufWriter::with_capacity(1 << 16, process.stdin.take().unwrap());
    let output = BufReader::with_capacity(1 << 16, process.stdout.take().unwrap());
    Some((Questions(input), Answers { process, output }))
}

fn judge(name: &str) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../daemons/judge"));
    command.arg(name).args(env::var_os("VICI_JUDGE"));
    command
}

impl Questions {
    pub(crate) fn ask(&mut self, question: &[u8]) {
        let len = u32::try_from(question.len()).unwrap();
        self.0.write_all(&len.to_be_bytes()).unwrap();
        self.0.write_all(question).unwrap();
    }
}

impl Answers {
    pub(crate) fn next(&mut self, answer: &mut Vec<u8>) {
        let mut len = [0; 4];
        self.output.read_exact(&mut len).unwrap();
        answer.resize(usize::try_from(u32::from_be_bytes(len)).unwrap(), 0);
        self.output.read_exact(answer).unwrap();
    }

    /// Sees to it that it has ended well, when all is answered.
    pub(crate) fn end(mut self) {
        let mut rest = Vec::new();
        self.output.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty());
        assert!(self.process.wait().unwrap().success());
    }
}
