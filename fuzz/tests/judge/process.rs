//! The process of a judge.

use std::env;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

/// Asks a judge all of this, and hands over its answers in order. Tells whether there is a judge, or prints
/// why there is none; in CI there must be one.
pub(crate) fn ask(
    name: &str,
    questions: impl Iterator<Item = Vec<u8>> + Send,
    mut answered: impl FnMut(&[u8]),
) -> bool {
    let Some(mut judge) = start(name) else {
        return false;
    };
    let input = BufWriter::with_capacity(1 << 16, judge.stdin.take().unwrap());
    let output = BufReader::with_capacity(1 << 16, judge.stdout.take().unwrap());
    // The output is closed where an answer is not what it should be, so that nobody waits for the other.
    let count = thread::scope(move |scope| {
        let asked = scope.spawn(|| write(input, questions));
        let count = read(output, &mut answered);
        assert_eq!(asked.join().unwrap().unwrap(), count);
        count
    });
    assert!(judge.wait().unwrap().success());
    assert!(count > 0);
    true
}

/// Each question behind its length.
fn write(
    mut input: BufWriter<ChildStdin>,
    questions: impl Iterator<Item = Vec<u8>>,
) -> io::Result<usize> {
    let mut count = 0;
    for question in questions {
        let len = u32::try_from(question.len()).unwrap();
        input.write_all(&len.to_be_bytes())?;
        input.write_all(&question)?;
        count += 1;
    }
    input.flush()?;
    Ok(count)
}

/// Each answer is behind its length, too. They come when there are many, or no more questions.
fn read(mut output: BufReader<ChildStdout>, answered: &mut impl FnMut(&[u8])) -> usize {
    let mut answer = Vec::new();
    let mut len = [0; 4];
    let mut count = 0;
    while output.read_exact(&mut len).is_ok() {
        answer.resize(usize::try_from(u32::from_be_bytes(len)).unwrap(), 0);
        output.read_exact(&mut answer).unwrap();
        answered(&answer);
        count += 1;
    }
    count
}

fn start(name: &str) -> Option<Child> {
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
    // It says something of each question that it refuses.
    let judge = judge(name)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Some(judge)
}

fn judge(name: &str) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../daemons/judge"));
    command.arg(name).args(env::var_os("VICI_JUDGE"));
    command
}

/// The number of cases that a variable asks for.
pub(crate) fn count(variable: &str, default: usize) -> usize {
    env::var(variable).map_or(default, |count| count.parse().unwrap())
}
