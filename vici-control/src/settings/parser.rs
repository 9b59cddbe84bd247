use std::path::Path;

use super::error::{Error, Place};
use super::files::Files;
use super::lexer::{Lexer, Token};
use super::tree::Tree;

/// How deep sections may stand in each other.
pub const MAX_DEPTH: usize = 64;

/// Reads a file, and what it includes, into a tree.
pub(super) fn parse(path: &Path, files: &dyn Files) -> Result<Tree, Error> {
    let mut lexer = Lexer::new(path, files)?;
    let mut tree = Tree::new(lexer.input.place());
    // The sections that are open, with the place where each was.
    let mut open: Vec<(usize, Place)> = Vec::new();
    loop {
        let section = open.last().map_or(Tree::ROOT, |(section, _)| *section);
        match lexer.next()? {
            Token::Name(name) => {
                let place = lexer.input.place();
                match after_name(&mut lexer, &name, &place)? {
                    After::Equals => {
                        let value = lexer.value()?;
                        tree.set(section, name, value, place);
                    }
                    After::Brace(references) => {
                        if open.len() == MAX_DEPTH {
                            let reason = format!("sections are deeper than {MAX_DEPTH}");
                            return Err(Error::new(place, reason));
                        }
                        let inner = tree.open(section, name, &place);
                        for (reference, place) in references {
                            tree.refer(inner, reference, place);
                        }
                        open.push((inner, place));
                    }
                }
            }
            Token::Sign('}') => {
                if open.pop().is_none() {
                    return Err(lexer.error("there is no section to end here, remove the }"));
                }
            }
            Token::Sign('.') => return Err(lexer.error("a name must not have dots")),
            Token::Sign(sign) => {
                let reason = format!("expected a name instead of {sign}, or a }}");
                return Err(lexer.error(reason));
            }
            Token::End => {
                if let Some((section, place)) = open.pop() {
                    let name = tree.name(section).escape_debug().to_string();
                    let reason =
                        format!("the section {name} that begins here has no end, add a }}");
                    return Err(Error::new(place, reason));
                }
                tree.missing = std::mem::take(&mut lexer.input.missing);
                return Ok(tree);
            }
        }
    }
}

/// What may follow a name.
enum After {
    Equals,
    Brace(Vec<(String, Place)>),
}

fn after_name(lexer: &mut Lexer<'_>, name: &str, place: &Place) -> Result<After, Error> {
    let name = name.escape_debug();
    match lexer.next()? {
        Token::Sign('=') => Ok(After::Equals),
        Token::Sign('{') => Ok(After::Brace(Vec::new())),
        Token::Sign(':') => Ok(After::Brace(references(lexer)?)),
        Token::Sign('.') => {
            let reason =
                format!("a name must not have dots, write {name} {{ .. }} around the rest");
            Err(Error::new(place.clone(), reason))
        }
        Token::Sign(sign) => {
            let reason = format!("expected = or {{ behind {name} instead of {sign}");
            Err(Error::new(place.clone(), reason))
        }
        Token::Name(next) => {
            let next = next.escape_debug();
            let reason = format!("expected = or {{ behind {name} instead of {next}");
            Err(Error::new(place.clone(), reason))
        }
        Token::End => {
            let reason = format!("expected = or {{ behind {name}, but the file ends");
            Err(Error::new(place.clone(), reason))
        }
    }
}

/// The names behind a `:`, up to and with the `{`.
fn references(lexer: &mut Lexer<'_>) -> Result<Vec<(String, Place)>, Error> {
    let mut references = Vec::new();
    loop {
        match lexer.next_reference()? {
            // strongSwan takes it for a format of printf, and refers to anything.
            Token::Name(name) if name.contains('%') => {
                let name = name.escape_debug();
                let reason = format!("a reference must not have %, rename the section {name}");
                return Err(lexer.error(reason));
            }
            Token::Name(name) => references.push((name, lexer.input.place())),
            _ => return Err(lexer.error("expected the name of a section behind : or ,")),
        }
        match lexer.next_reference()? {
            Token::Sign(',') => {}
            Token::Sign('{') => return Ok(references),
            _ => return Err(lexer.error("expected , or { behind the name that is referred to")),
        }
    }
}
