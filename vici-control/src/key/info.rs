//! What is told of a certificate.

use super::der::{self, Element, INTEGER, OBJECT, SEQUENCE};
use super::pem::certificate_der;

/// What an X.509 certificate says of itself; nothing of it is checked.
///
/// A daemon lists certificates with their bytes only, so that this is where to learn when they expire.
///
/// ```no_run
/// use vici_client::Client;
/// use vici_client::vici_types::ListCerts;
/// use vici_control::CertificateInfo;
///
/// # fn main() -> vici_client::Result<()> {
/// let mut client = Client::connect()?;
/// for cert in client.stream(&ListCerts::new())? {
///     if let Some(info) = CertificateInfo::read(cert?.data.as_bytes()) {
///         println!("{:?} expires at {}", info.common_name, info.not_after);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateInfo {
    /// The common name of its subject, the last one if there are several.
    pub common_name: Option<String>,
    /// Its serial number, in hex digits.
    pub serial: String,
    /// When its validity begins, in seconds since 1970.
    pub not_before: i64,
    /// When its validity ends, in seconds since 1970.
    pub not_after: i64,
}

impl CertificateInfo {
    /// Reads a certificate, in PEM or DER; none if it is none.
    pub fn read(data: &[u8]) -> Option<Self> {
        let bytes = certificate_der(data).ok()?;
        let mut certificate = der::only(&bytes, SEQUENCE)?;
        let mut inside = der::take_tagged(&mut certificate, SEQUENCE)?;
        let _version = der::take_tagged(&mut inside, 0xa0);
        let serial = der::take_tagged(&mut inside, INTEGER)?;
        let _algorithm = der::take_tagged(&mut inside, SEQUENCE)?;
        let _issuer = der::take_tagged(&mut inside, SEQUENCE)?;
        let mut validity = der::take_tagged(&mut inside, SEQUENCE)?;
        let not_before = seconds(&der::take(&mut validity)?)?;
        let not_after = seconds(&der::take(&mut validity)?)?;
        let subject = der::take_tagged(&mut inside, SEQUENCE)?;
        Some(Self {
            common_name: common_name(subject),
            serial: super::hex(serial),
            not_before,
            not_after,
        })
    }
}

fn common_name(mut subject: &[u8]) -> Option<String> {
    const SET: u8 = 0x31;
    const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    const BMP_STRING: u8 = 0x1e;

    let mut found = None;
    while let Some(mut set) = der::take_tagged(&mut subject, SET) {
        while let Some(mut part) = der::take_tagged(&mut set, SEQUENCE) {
            let name = der::take_tagged(&mut part, OBJECT)?;
            let value = der::take(&mut part)?;
            if name == COMMON_NAME {
                found = Some(match value.tag {
                    BMP_STRING => {
                        let units = value.content.chunks_exact(2);
                        let units = units.map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
                        String::from_utf16_lossy(&units.collect::<Vec<u16>>())
                    }
                    _ => String::from_utf8_lossy(value.content).into_owned(),
                });
            }
        }
    }
    found
}

/// A time of DER, which is always to the second and in UTC.
fn seconds(time: &Element<'_>) -> Option<i64> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;

    let text = std::str::from_utf8(time.content).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match time.tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 {
        return None;
    }
    let part = |at: usize, most: i64| {
        let number: i64 = rest.get(at..at + 2)?.parse().ok()?;
        (number <= most).then_some(number)
    };
    let (month, day) = (part(0, 12)?, part(2, 31)?);
    if month == 0 || day == 0 {
        return None;
    }
    let days = days(year, month, day);
    Some(((days * 24 + part(4, 23)?) * 60 + part(6, 59)?) * 60 + part(8, 60)?)
}

/// The days from 1970 to a day, in years that begin in March, so that the day of a leap year comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month < 3 { year - 1 } else { year };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (tag, text, expected) in [
            (0x17, "700101000000Z", Some(0)),
            (0x17, "261120105947Z", Some(1_795_172_387)),
            (0x17, "491231235959Z", Some(2_524_607_999)),
            (0x17, "500101000000Z", Some(-631_152_000)),
            (0x18, "20000229120000Z", Some(951_825_600)),
            (0x18, "20500101000000Z", Some(2_524_608_000)),
            (0x18, "99991231235959Z", Some(253_402_300_799)),
            (0x18, "19700101000000", None),
            (0x18, "197001010000Z", None),
            (0x18, "19701301000000Z", None),
            (0x18, "19700100000000Z", None),
            (0x18, "1970010124+000Z", None),
            (0x17, "\u{e4}\u{e4}Z", None),
            (0x04, "700101000000Z", None),
        ] {
            let element = Element {
                tag,
                content: text.as_bytes(),
                whole: b"",
            };
            assert_eq!(seconds(&element), expected, "{text}");
        }
    }

    #[test]
    fn a_certificate_tells_its_name_and_its_end() {
        let ca = include_bytes!("../../../vici-testing/tests/shared/ca.der");
        let info = CertificateInfo::read(ca).unwrap();
        assert_eq!(info.common_name.as_deref(), Some("Root"));
        assert_eq!(info.serial, "7001841d29a5135b");
        assert_eq!(info.not_before, 1_795_172_387);
        assert_eq!(info.not_after - info.not_before, 3650 * 24 * 3600);
        for end in 0..ca.len() {
            assert_eq!(CertificateInfo::read(&ca[..end]), None);
        }
        assert_eq!(CertificateInfo::read(b"-----BEGIN"), None);
    }
}
