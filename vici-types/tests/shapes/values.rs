//! Values that are not what they look like.

use proptest::prelude::*;
use vici_serde::{Message, Section};
use vici_types::*;

use crate::{ike_sa, read};

#[test]
fn flags_count_by_presence() {
    let request: ListPolicies =
        vici_serde::from_slice(b"\x03\x04drop\x00\x02no\x03\x04trap\x00\x00").unwrap();
    assert!(request.drop && request.trap && !request.pass);
    assert_eq!(
        vici_serde::to_vec(&request).unwrap(),
        b"\x03\x04drop\x00\x03yes\x03\x04trap\x00\x03yes",
    );
    let request: ListSas = serde_json::from_str(r#"{"noblock": false, "ike": null}"#).unwrap();
    assert_eq!(request, ListSas::new());
}

#[test]
fn numbers_of_requests_have_the_daemons_spellings() {
    let request: ListSas = vici_serde::from_slice(b"\x03\x06ike-id\x00\x040x10").unwrap();
    assert_eq!(request.ike_id, Some(16));
    let request: ListSas = serde_json::from_str(r#"{"ike-id": 16}"#).unwrap();
    assert_eq!(request.ike_id, Some(16));
    let error = vici_serde::from_slice::<ListSas>(b"\x03\x06ike-id\x00\x021x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "ike-id: invalid value: \"1x\", expected a number that fits into u32 (at byte 10)",
    );
}

#[test]
fn secrets_are_not_printed() {
    let key = LoadKey::new(KeyType::Any, "-----BEGIN PRIVATE KEY-----");
    assert!(format!("{key:?}").contains("data: [redacted]"));
    let shared = LoadShared::new("ike", vec![0xde, 0xad]);
    assert!(format!("{shared:?}").contains("data: [redacted]"));
    let token = LoadToken::new("4d4f").pin("1234");
    assert!(!format!("{token:?}").contains("1234"));

    let log: ControlLog = read(
        &Message::new()
            .key("group", "IKE")
            .key("level", "4")
            .key("msg", &b"SK_d => 32 bytes \xff"[..]),
    );
    assert_eq!(
        format!("{:?}", AnyEvent::from(log.clone())),
        "ControlLog(ControlLog { group: Ike, level: 4, ikesa_name: None, ikesa_uniqueid: None, .. })",
    );
    assert_eq!(log.msg.as_bytes(), b"SK_d => 32 bytes \xff");
}

#[test]
fn certificates_go_through_json() {
    for data in [&b"\x30\x82\x00\xff"[..], b"-----BEGIN CERTIFICATE-----\n"] {
        let cert: ListCert = read(
            &Message::new()
                .key("type", "X509")
                .key("flag", "CA")
                .key("data", data),
        );
        assert_eq!(cert.data.as_bytes(), data);
        assert_eq!(cert.flag, Some(CertFlag::Ca));
        assert!(format!("{cert:?}").contains(&format!("Blob({} bytes)", data.len())));
    }
}

#[test]
fn the_empty_answer_of_an_old_clear_creds_is_read() {
    let old: ClearCredsResponse = vici_serde::from_slice(b"").unwrap();
    assert_eq!(old, ClearCredsResponse::default());
    assert_eq!(vici_serde::to_vec(&old).unwrap(), b"");
    let new: ClearCredsResponse = read(&Message::new().key("success", "no").key("errmsg", "x"));
    assert_eq!(
        (new.success, new.errmsg.unwrap()),
        (Some(false), "x".into())
    );
}

#[test]
fn failing_answers_decode() {
    let no = || Message::new().key("success", "no");
    let done: Done = read(&no().key("errmsg", "parsing failed"));
    assert_eq!(done.errmsg.unwrap(), "parsing failed");
    let terminate = no()
        .key("matches", "2")
        .key("terminated", "1")
        .key("errmsg", "no");
    let terminate: TerminateResponse = read(&terminate);
    assert_eq!(
        (terminate.matches, terminate.terminated),
        (Some(2), Some(1))
    );
    let counters = Message::new()
        .section("counters", Section::new())
        .key("success", "no");
    let counters: GetCountersResponse = read(&counters);
    assert!(!counters.success && counters.counters.unwrap().is_empty());
    let key: LoadKeyResponse = read(&no());
    assert_eq!(key.id, None);
}

#[test]
fn algorithms_and_heaps() {
    let stats = |mem: Section| {
        let jobs = || {
            Section::new()
                .key("critical", "0")
                .key("high", "0")
                .key("medium", "0")
                .key("low", "0")
        };
        Message::new()
            .section(
                "uptime",
                Section::new()
                    .key("running", "1 second")
                    .key("since", "Nov 20"),
            )
            .section(
                "workers",
                Section::new()
                    .key("total", "16")
                    .key("idle", "9")
                    .section("active", jobs()),
            )
            .section("queues", jobs())
            .key("scheduled", "0")
            .section(
                "ikesas",
                Section::new().key("total", "0").key("half-open", "0"),
            )
            .list("plugins", ["charon"])
            .section("mem", mem)
    };
    let heap = || Section::new().key("total", "1").key("allocs", "-1");
    let mem = Section::new()
        .section("heap-0", heap())
        .section("heap-1", heap())
        .key("total", "2");
    let stats: StatsResponse = read(&stats(mem));
    assert_eq!(stats.mem.unwrap().heaps.len(), 2);

    let algorithms: Algorithms<Encryption> =
        vici_serde::from_slice(b"\x03\x07AES_CBC\x00\x03aes\x03\x07AES_NEW\x00\x07openssl")
            .unwrap();
    assert_eq!(algorithms.plugin(&Encryption::AesCbc).unwrap(), "aes");
    assert_eq!(algorithms.iter().nth(1).unwrap().0.as_str(), "AES_NEW");
}

proptest! {
    #[test]
    fn identities_are_any_bytes(id in proptest::collection::vec(any::<u8>(), 0..80), name in "[ -~]{0,60}") {
        let mut sa = Section::new();
        for (key, value) in ike_sa().iter() {
            sa = sa.key(key, value.clone());
            if key == b"remote-id" {
                sa = sa.key("remote-xauth-id", id.as_slice());
            }
        }
        let event: ListSa = read(&Message::new().section(&name, sa));
        let user = event.ike_sa.remote_xauth_id.unwrap();
        prop_assert_eq!(user.as_bytes(), id.as_slice());
        prop_assert_eq!(event.name, name);
    }

    #[test]
    fn text_keeps_its_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let text = Text::from(bytes.as_slice());
        prop_assert_eq!(text.as_bytes(), bytes.as_slice());
        prop_assert_eq!(&text, &Text::from(bytes.clone()));
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Text>(&json).unwrap(), &text);
        prop_assert_eq!(text.as_str().is_some(), std::str::from_utf8(&bytes).is_ok());
    }

    #[test]
    fn settings_keep_their_text(text in "[ -~]{0,20}") {
        let duration = Time::from(text.as_str());
        prop_assert_eq!(duration.as_str(), text.as_str());
        prop_assert_eq!(duration.as_secs().is_some(), is_number(&text, "smhd"));
        prop_assert_eq!(Volume::from(text.as_str()).as_bytes().is_some(), is_number(&text, "kmg"));
    }

    #[test]
    fn numbers_come_back(seconds in any::<u64>(), mark in any::<u32>(), mask in any::<u32>()) {
        prop_assert_eq!(Time::new(seconds).as_secs(), Some(seconds));
        prop_assert_eq!(Volume::new(seconds).as_bytes(), Some(seconds));
        let both = Mark::masked(mark, mask);
        prop_assert_eq!((both.value(), both.mask()), (Some(mark), Some(mask)));
        prop_assert_eq!(IfId::new(mark).value(), Some(mark));
        prop_assert_eq!(Spi::new(mark).to_string().parse(), Ok(Spi::new(mark)));
        let dscp = u8::try_from(mark & 0x3f).unwrap();
        prop_assert_eq!(Dscp::new(dscp).value(), Some(dscp));
    }
}

/// A number of digits, of eight or of sixteen, which may have a suffix behind it.
fn is_number(text: &str, suffixes: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let hex = lower
        .trim_start()
        .trim_start_matches(['+', '-'])
        .starts_with("0x");
    let suffix = |c: char| suffixes.contains(c) && !(hex && c == 'd');
    let digits = lower
        .strip_suffix(suffix)
        .unwrap_or(&lower)
        .trim_end_matches(' ');
    let text = digits.trim_start_matches(' ');
    if text.is_empty() {
        return true;
    }
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let valid =
        |digits: &str, set: &str| !digits.is_empty() && digits.chars().all(|c| set.contains(c));
    let number_is_valid = match number.strip_prefix("0x") {
        Some(digits) => valid(digits, "0123456789abcdef"),
        None if number.starts_with('0') => valid(number, "01234567"),
        None => valid(number, "0123456789"),
    };
    number_is_valid && (!text.starts_with('-') || number.chars().all(|c| "0x".contains(c)))
}
