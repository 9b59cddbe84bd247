//! The small types that values are made of.

#[macro_use]
mod over_text;
#[macro_use]
mod setting;
mod address;
mod bytes;
mod hex;
pub(crate) mod lax;
mod mark;
mod timeout;

pub use self::address::{Address, TrafficSelector};
pub use self::bytes::{Blob, Secret};
pub use self::hex::{Cpi, Hex32, HexBytes, IkeSpi, ParseHexError, Spi};
pub use self::mark::{IfId, Mark, SetMark};
pub use self::setting::{Action, Dscp, TfcPadding, Time, Volume};
pub use self::timeout::Timeout;
pub use vici_serde::Text;
