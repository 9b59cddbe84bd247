//! What an [`ErrorKind`](crate::ErrorKind) says in more detail, to match on.
//!
//! Each prints as a part of the sentence that the error is.

use std::fmt::{self, Display};

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self {
                    $(Self::$variant => $text,)*
                })
            }
        }
    )*};
}

faults! {
    /// What may be open.
    Container {
        /// A section.
        Section = "the section",
        /// A list.
        List = "the list",
    }

    /// An element of a message, without what it holds.
    ElementKind {
        /// The begin of a section.
        SectionStart = "a section",
        /// The end of a section.
        SectionEnd = "the end of a section",
        /// A key with its value.
        KeyValue = "a key/value",
        /// The begin of a list.
        ListStart = "a list",
        /// An item of a list.
        ListItem = "a list item",
        /// The end of a list.
        ListEnd = "the end of a list",
    }

    /// Where an element stands that may not.
    Place {
        /// In a list, which holds items and nothing else.
        InsideOfList = "inside of a list",
        /// Where no list has begun.
        OutsideOfList = "outside of a list",
        /// Where no section has begun.
        OutsideOfSection = "without a section",
    }

    /// What a message holds, or a Rust type needs.
    Shape {
        /// The value of a key, or an item.
        Value = "a value",
        /// A list.
        List = "a list",
        /// A section.
        Section = "a section",
        /// The root section.
        Message = "a message",
        /// The root section with nothing in it, as `()` needs it.
        EmptyMessage = "an empty message",
        /// A section with nothing in it.
        EmptySection = "an empty section",
        /// What `()` needs, which no key has.
        Nothing = "nothing",
        /// What enums need: the text of a variant, or a section with one entry.
        ValueOrSection = "a value or a section",
        /// The section of a variant that is not just text.
        Variant = "a section with a variant",
        /// A variant that is just text.
        UnitVariant = "a variant without content",
        /// What sequences need.
        ListOrNumbered = "a list or sections numbered from 0",
        /// A name that is not the next number.
        OtherName = "another name",
    }

    /// A Rust value that no message can hold.
    Unsupported {
        /// `None`, where serde could not read it back.
        NoValue = "nothing (`None`) where a value has to be",
        /// `None` as an element of a sequence.
        NoElement = "nothing (`None`) as an element of a list",
        /// `None` instead of a message.
        NoMessage = "nothing (`None`) as a message",
        /// `()` behind a key.
        UnitValue = "`()` as a value",
        /// `()` as an element of a sequence.
        UnitElement = "`()` as an element of a list",
        /// A value instead of a message.
        BareValue = "a value without a key around it",
        /// A sequence instead of a message.
        BareList = "a list without a key around it",
        /// A key that is no text, number, boolean or character.
        Key = "anything but one value as the key of a map",
        /// A sequence in a sequence.
        ListInList = "a list inside of a list",
        /// A struct or map in a sequence that began with a value.
        SectionAmongValues = "a section in a list of values",
        /// A value in a sequence that began with a struct or map.
        ValueAmongSections = "a value among numbered sections",
    }

    /// What does not go together with what came before it.
    Unbalanced {
        /// A section ends, and none has begun.
        NoSection = "no section is open to end",
        /// The message ends, and a section does not.
        OpenSection = "a section is open",
        /// The message ends, and a list does not.
        OpenList = "a list is open",
        /// A map gives a value, and gave no key.
        ValueBeforeKey = "a value of a map before its key",
        /// A map ends, and gave a key last.
        KeyWithoutValue = "a key of a map without a value",
    }
}
