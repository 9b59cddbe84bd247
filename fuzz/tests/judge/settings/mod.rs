//! Settings: ours and libstrongswan read the same, but for what is told.

mod text;
mod verdict;

use std::collections::BTreeMap;
use std::iter;

use crate::process;
use crate::random::{Random, corpus};

use self::text::{MAIN, folder};
use self::verdict::Verdict;

const SEED: u64 = 21;

/// The files of a folder with their paths; the first is what is read.
type Files = Vec<(&'static str, Vec<u8>)>;

/// What the judge is asked: each path and each content behind its length.
fn question(files: &Files) -> Vec<u8> {
    let mut question = Vec::new();
    for (path, content) in files {
        for part in [path.as_bytes(), content] {
            let len = u32::try_from(part.len()).unwrap();
            question.extend(len.to_be_bytes());
            question.extend(part);
        }
    }
    question
}

#[test]
fn libstrongswan_reads_the_same_settings_as_we_do() {
    let count = process::count("VICI_JUDGE_SETTINGS", 50_000);
    // Each part of what fuzzing has found is a text.
    let seeds = corpus(&["settings", "swanctl"]);
    assert!(seeds.len() > 10, "the seeds are missing");
    let seeds = seeds
        .iter()
        .flat_map(|seed| seed.split(|byte| *byte == 0xff));
    let seeds: Vec<Vec<u8>> = seeds.map(<[u8]>::to_vec).collect();
    let seeds = &seeds;
    let folders = || {
        let mut random = Random::new(SEED);
        let folders = iter::repeat_with(move || folder(&mut random, seeds));
        // libstrongswan takes long over what has no end, so few of it are enough.
        let mut endless = 0;
        let few = folders.filter(move |files| {
            let is_endless = verdict::is_endless(files);
            endless += usize::from(is_endless);
            !is_endless || endless % 16 == 1
        });
        few.take(count)
    };
    let mut verdicts = BTreeMap::new();
    let mut asked = folders();
    let questions = folders().map(|files| question(&files));
    let has_judge = process::ask("settings", questions, |answer| {
        let verdict = Verdict::of(&asked.next().unwrap(), answer);
        let verdict = verdict.unwrap_or_else(|what| panic!("{what}"));
        *verdicts.entry(verdict).or_insert(0_usize) += 1;
    });
    if has_judge {
        println!("{count} settings: {verdicts:?}");
        assert_eq!(verdicts.len(), Verdict::ALL.len(), "one was never heard");
    }
}

#[test]
fn libstrongswan_differs_in_this() {
    let cases: [(&[u8], Verdict); 15] = [
        (b"", Verdict::Same),
        (
            b"a { b = \"c d\" }\ne : a { include a.conf\n}",
            Verdict::Same,
        ),
        (b"a {", Verdict::Refused),
        (b"a = \"b", Verdict::Refused),
        (b"a = b\0c", Verdict::Zero),
        (b"# a\rb = c", Verdict::Return),
        (b"\xff = a", Verdict::Bytes),
        (b"include a\xff.conf", Verdict::Bytes),
        (b"a { b = c }\ne : %s { }", Verdict::Format),
        (b"a : a.b { }", Verdict::Crash),
        (b"include main", Verdict::Circle),
        (b"include \nx = 1", Verdict::Include),
        (b"include d", Verdict::Include),
        (b"include a\\", Verdict::Include),
        (b"include [[:alpha:]].conf", Verdict::Include),
    ];
    let files = |main: &[u8]| -> Files {
        vec![
            (MAIN, main.to_vec()),
            ("/a.conf", b"i = 1\n".to_vec()),
            ("/d/c.conf", b"i = 2\n".to_vec()),
        ]
    };
    let questions = cases.iter().map(|(main, _)| question(&files(main)));
    let mut asked = cases.iter();
    process::ask("settings", questions, |answer| {
        let (main, verdict) = asked.next().unwrap();
        let heard = Verdict::of(&files(main), answer);
        assert_eq!(heard, Ok(*verdict), "{}", main.escape_ascii());
    });
}
