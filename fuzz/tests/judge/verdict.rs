//! Our reading of a message beside that of libvici.

use vici_fuzz::{Reading, Token};

/// In what the two agree or differ. Each difference is told in the docs of [`vici_serde`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Both read the same elements.
    Accepted,
    /// Both refuse it, behind the same elements.
    Refused,
    /// A name that is not printable ASCII: libvici refuses it, we take it.
    Name,
    /// A section or list that is never closed: libvici does not notice, we refuse it.
    Unclosed,
    /// The type 7, by which libvici tells the end: in a message it passes over it, we refuse it.
    End,
    /// A list item that is cut short: libvici goes on with the value before it, up to some release before
    /// 6.1; we refuse it.
    Item,
}

impl Verdict {
    /// What libvici has answered for a message, beside our grammar.
    pub(crate) fn of(message: &[u8], answer: &[u8]) -> Option<Self> {
        let reading = Reading::new(message);
        let (verdict, seen) = answer.split_last()?;
        let ended = *verdict == b'E';

        let unreadable = reading.tokens.iter().position(|token| {
            let name = token.name.unwrap_or_default();
            !name.iter().all(|byte| matches!(byte, b' '..=b'~'))
        });
        if let Some(index) = unreadable {
            let same = seen == encode(reading.tokens.get(..index)?);
            return (!ended && same).then_some(Self::Name);
        }
        let cut = |token: &&Token<'_>| matches!(token.tag, 3 | 5) && token.value.is_none();
        let cut = reading.tokens.last().filter(cut);
        let whole = match cut {
            Some(_) => reading.tokens.split_last()?.1,
            None => &reading.tokens,
        };
        let tokens = encode(whole);
        match reading.fault {
            None => (ended && seen == tokens).then_some(Self::Accepted),
            Some(_) if seen == tokens && *verdict == b'X' => Some(Self::Refused),
            Some(_) if cut.is_some_and(|token| token.tag == 5) => {
                let more = seen.strip_prefix(&*tokens)?;
                more.starts_with(&[5]).then_some(Self::Item)
            }
            Some(_) if reading.consumed == message.len() => {
                (ended && seen == tokens).then_some(Self::Unclosed)
            }
            Some(at) if message.get(at) == Some(&7) => {
                seen.starts_with(&tokens).then_some(Self::End)
            }
            Some(_) => None,
        }
    }
}

fn encode(tokens: &[Token<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for token in tokens {
        bytes.push(token.tag);
        if let Some(name) = token.name {
            bytes.push(u8::try_from(name.len()).unwrap());
            bytes.extend(name);
        }
        if let Some(value) = token.value {
            bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            bytes.extend(value);
        }
    }
    bytes
}
