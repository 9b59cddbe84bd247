use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::files::Files;

/// How deep files may include each other.
pub const MAX_INCLUDES: usize = 32;

/// As a shell has it: `*` neither crosses a `/` nor finds what is hidden.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The files that a pattern finds, in the order of their names; none is not an error.
pub(super) fn expand(
    pattern: &str,
    from: &Path,
    files: &dyn Files,
    limit: usize,
) -> Result<Vec<PathBuf>, String> {
    let mut found = match (pattern.strip_prefix('/'), from.parent()) {
        (Some(_), _) => vec![PathBuf::from("/")],
        (None, parent) => vec![parent.unwrap_or(Path::new("")).to_owned()],
    };
    let names = pattern.split('/').filter(|name| !name.is_empty());
    let mut names = names.peekable();
    if names.peek().is_none() {
        return Err("include needs the name of a file".to_owned());
    }
    while let Some(name) = names.next() {
        let last = names.peek().is_none();
        let name = translate(name)?;
        let mut next = Vec::new();
        for folder in &found {
            match &name {
                Name::Literal(name) => next.push(folder.join(name)),
                Name::Pattern(pattern) => {
                    // What is no folder has nothing that fits, as in a shell; what may not be seen is
                    // not left out without a word.
                    let mut all = match files.list(folder) {
                        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                            let folder = folder.to_string_lossy();
                            return Err(format!("can't read {}: {error}", folder.escape_debug()));
                        }
                        all => all.unwrap_or_default(),
                    };
                    all.retain(|name| {
                        let name = name.to_str();
                        name.is_some_and(|name| pattern.matches_with(name, OPTIONS))
                    });
                    all.sort();
                    next.extend(all.into_iter().map(|name| folder.join(name)));
                }
            }
            if next.len() > limit {
                return Err(format!("include finds more than {limit} files"));
            }
        }
        next.retain(|path| last || files.is_file(path) != Some(true));
        found = next;
    }
    // Only a folder is found with a / behind it.
    found.retain(|path| match files.is_file(path) {
        Some(is_file) => !(is_file && pattern.ends_with('/')),
        None => false,
    });
    Ok(found)
}

enum Name {
    Literal(String),
    Pattern(Pattern),
}

/// One name of a path, from the spelling of a shell to that of the crate.
fn translate(name: &str) -> Result<Name, String> {
    let mut literal = String::new();
    let mut pattern = String::new();
    let mut is_literal = true;
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                let char = chars.next().ok_or("the pattern of include ends in \\")?;
                literal.push(char);
                pattern.push_str(&Pattern::escape(&char.to_string()));
                continue;
            }
            // Two are one.
            '*' => {
                is_literal = false;
                if !pattern.ends_with('*') || pattern.ends_with("[*") {
                    pattern.push('*');
                }
            }
            '?' => {
                is_literal = false;
                pattern.push('?');
            }
            '[' => {
                let set = set(&mut chars)?;
                if let Some(set) = set {
                    is_literal = false;
                    pattern.push_str(&set);
                } else {
                    pattern.push_str("[[]");
                }
            }
            char => pattern.push_str(&Pattern::escape(&char.to_string())),
        }
        literal.push(char);
    }
    if is_literal {
        return Ok(Name::Literal(literal));
    }
    let pattern = Pattern::new(&pattern).map_err(|error| format!("include: {}", error.msg))?;
    Ok(Name::Pattern(pattern))
}

/// What follows a `[`, up to its `]`; none if there is none, and then it is a plain `[`.
fn set(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<String>, String> {
    let rest: String = chars.clone().collect();
    let negated = rest.starts_with(['!', '^']);
    let inside = &rest[usize::from(negated)..];
    // A `]` that comes first is a member.
    let end = inside
        .char_indices()
        .find(|(at, char)| *char == ']' && *at > 0)
        .map(|(at, _)| at);
    let Some(end) = end else {
        return Ok(None);
    };
    let members = &inside[..end];
    if members.contains(['\\', '[']) {
        return Err(
            "include takes no \\ and no [ between brackets, give the file a plain name".into(),
        );
    }
    for _ in rest[..usize::from(negated) + end + 1].chars() {
        chars.next();
    }
    let not = if negated { "!" } else { "" };
    Ok(Some(format!("[{not}{members}]")))
}
