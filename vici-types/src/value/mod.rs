//! The small types that values are made of.

mod address;
mod bytes;
mod hex;
pub(crate) mod lax;
#[macro_use]
mod setting;
mod mark;
mod text;

pub use self::address::{Address, TrafficSelector};
pub use self::bytes::{Blob, Secret};
pub use self::hex::{Cpi, Hex32, HexBytes, IkeSpi, ParseHexError, Spi};
pub use self::mark::{IfId, Mark, SetMark};
pub use self::setting::{Action, Dscp, Duration, TfcPadding, Volume};
pub(crate) use self::text::BytesVisitor;
pub use self::text::Text;
