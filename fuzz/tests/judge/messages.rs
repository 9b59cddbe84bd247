//! Messages: ours and libvici read the same, but for what is told.

use std::collections::BTreeMap;
use std::iter;

use vici_fuzz::grammar;
use vici_serde::{Message, from_slice, to_vec};

use crate::process;
use crate::random::{Random, corpus, message};
use crate::verdict::Verdict;

const SEED: u64 = 20;

#[test]
fn libvici_reads_the_same_messages_as_we_do() {
    let count = process::count("VICI_JUDGE_MESSAGES", 50_000);
    // Recorded messages, and those that fuzzing has found.
    let seeds = &corpus(&["elements", "grammar", "message"]);
    assert!(seeds.len() > 50, "the seeds are missing");
    let messages = || {
        let mut random = Random::new(SEED);
        iter::repeat_with(move || message(&mut random, seeds)).take(count)
    };
    let mut verdicts = BTreeMap::new();
    let mut asked = messages();
    let has_judge = process::ask("messages", messages(), |answer| {
        let message = asked.next().unwrap();
        let verdict = Verdict::of(&message, answer);
        let verdict = verdict.unwrap_or_else(|| panic!("{message:02x?} is {answer:02x?}"));
        *verdicts.entry(verdict).or_insert(0_usize) += 1;
        // The elements, the tree and the deserializer are of one mind.
        grammar(&message);
        // What we write is what libvici has read.
        if let (Verdict::Accepted, Ok(tree)) = (verdict, from_slice::<Message>(&message)) {
            assert_eq!(to_vec(&tree).unwrap(), message);
        }
    });
    if has_judge {
        println!("{count} messages: {verdicts:?}");
        // The parser of 6.1 has none of the last.
        verdicts.remove(&Verdict::Item);
        assert_eq!(verdicts.len(), 5, "some verdict was never heard");
    }
}

#[test]
fn libvici_differs_in_this() {
    let cases: [(&[u8], Verdict); 14] = [
        (b"", Verdict::Accepted),
        (b"\x03\x01k\x00\x01v\x01\x00\x02", Verdict::Accepted),
        (b"\x03\x01k\x00\x02v", Verdict::Refused),
        (b"\x02", Verdict::Refused),
        (b"\x00", Verdict::Refused),
        (b"\x08", Verdict::Refused),
        (b"\x04\x01l\x01\x01s", Verdict::Refused),
        (b"\x03\x01\xc3\x00\x01v", Verdict::Name),
        (b"\x01\x01\n\x02", Verdict::Name),
        (b"\x01\x01s", Verdict::Unclosed),
        (b"\x04\x01l\x05\x00\x01v", Verdict::Unclosed),
        (b"\x07", Verdict::End),
        (b"\x03\x01k\x00\x01v\x07\x03", Verdict::End),
        (b"\x04\x01l\x05", Verdict::Item),
    ];
    let questions = cases.iter().map(|(message, _)| message.to_vec());
    let mut asked = cases.iter();
    process::ask("messages", questions, |answer| {
        let (message, verdict) = asked.next().unwrap();
        match Verdict::of(message, answer) {
            // As we do, in 6.1.
            Some(Verdict::Refused) if *verdict == Verdict::Item => {}
            is => assert_eq!(is, Some(*verdict), "{message:02x?} is {answer:02x?}"),
        }
    });
}
