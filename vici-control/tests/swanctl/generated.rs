//! Folders made by chance, the same ones each time.

use std::fmt::Write as _;

use crate::each_generation;
use crate::same::{Swanctl, compared};
use crate::table::{AUTH, AUTHORITY, CERT, CHILD, CONN, Kind, POOL};
use Kind::{Bool, Certs, List, Number, Text};

each_generation! {
    generated_files_are_read_as_swanctl_does
    what_is_taken_of_broken_files_is_what_swanctl_takes
}

/// How many folders there are for each generation.
const FOLDERS: u64 = 150;

fn generated_files_are_read_as_swanctl_does(swanctl: &Swanctl) {
    for seed in 0..FOLDERS {
        swanctl.clear();
        swanctl.write(
            "x509/ca.der",
            include_bytes!("../../../vici-testing/tests/shared/ca.der"),
        );
        swanctl.write(
            "x509ca/ca.der",
            include_bytes!("../../../vici-testing/tests/shared/ca.der"),
        );
        let mut made = Made::new(seed);
        let conf = made.file();
        for (name, text) in &made.files {
            swanctl.write(name, text);
        }
        swanctl.write("swanctl.conf", &conf);
        swanctl.assert_same(&format!("seed {seed}:\n{conf}"));
    }
    compared(swanctl, usize::try_from(FOLDERS).unwrap());
}

/// Some bytes of a file are changed: mostly it is refused then. Where it is not, `swanctl` takes the same.
fn what_is_taken_of_broken_files_is_what_swanctl_takes(swanctl: &Swanctl) {
    let mut taken = 0;
    for seed in 0..4 * FOLDERS {
        let mut made = Made::new(seed);
        let mut conf = made.file().into_bytes();
        for _ in 0..=made.next(2) {
            let at = made.next(conf.len());
            let byte = made.one_of(&[
                "{", "}", "=", ":", ",", "\"", "#", "\n", "\r", "\t", " ", "\\", "a",
            ]);
            match made.next(3) {
                0 => drop(conf.remove(at)),
                1 => conf.insert(at, byte.as_bytes()[0]),
                _ => conf[at] = byte.as_bytes()[0],
            }
        }
        swanctl.clear();
        for file in ["x509/ca.der", "x509ca/ca.der"] {
            swanctl.write(
                file,
                include_bytes!("../../../vici-testing/tests/shared/ca.der"),
            );
        }
        for (name, text) in &made.files {
            swanctl.write(name, text);
        }
        swanctl.write("swanctl.conf", &conf);
        if swanctl.read().is_ok() {
            taken += 1;
            swanctl.assert_same(&format!("seed {seed}:\n{}", String::from_utf8_lossy(&conf)));
        }
    }
    assert!(taken > 50, "{taken} were taken");
    compared(swanctl, taken);
}

const WORDS: &[&str] = &[
    "yes",
    "192.0.2.1",
    "10.0.0.0/8",
    "4h",
    "0",
    "moon.example.org",
    "CN=a",
    "C=CH/O=x",
    "%any",
    "a{b",
    "a=b:c.d",
    "\u{e4}\u{f6}",
    "\\",
    "a\\b",
    "[tcp/80-90]",
    "~",
    "*",
    "none",
    "@0102",
    "trap|start",
];

/// A folder in the making.
struct Made {
    state: u64,
    files: Vec<(String, String)>,
    /// Sections at the outermost level to refer to, by what they are.
    templates: Vec<(&'static str, String)>,
}

impl Made {
    fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5555_1234_9876_0f0f,
            files: Vec::new(),
            templates: Vec::new(),
        }
    }

    fn next(&mut self, below: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let wide = u64::try_from(below).unwrap();
        usize::try_from((self.state >> 16) % wide).unwrap()
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.next(words.len())]
    }

    fn maybe(&mut self, out_of: usize) -> bool {
        self.next(out_of) == 0
    }

    fn file(&mut self) -> String {
        let mut text = String::new();
        // What is referred to may come before or after, and in another file.
        let mut templates = String::new();
        for (kind, table) in [("conn", CONN), ("auth", AUTH), ("child", CHILD)] {
            for number in 0..self.next(3) {
                let name = format!("{kind}-{number}");
                let body = self.section(kind, table, 1);
                let header = self.header(kind, &name);
                let _ = writeln!(templates, "{header}{body}");
                self.templates.push((kind, name));
            }
        }
        if self.maybe(2) {
            text += &templates;
            templates.clear();
        }
        for _ in 0..=self.next(2) {
            let conns: String = (0..self.next(4))
                .map(|_| {
                    let name = self
                        .one_of(&["home", "a", "b", "x-1", "c_d", "e&f"])
                        .to_owned();
                    let body = self.section("conn", CONN, 1);
                    format!("{}{body}\n", self.header("conn", &name))
                })
                .collect();
            let _ = writeln!(text, "connections {{\n{conns}}}");
        }
        text += &self.others();
        if !templates.is_empty() && self.maybe(2) {
            self.files
                .push(("conf.d/templates.conf".to_owned(), templates));
            text += self.one_of(&[
                "include conf.d/*.conf\n",
                "include \"conf.d/templates.conf\"\n",
                "include conf?d/[a-z]emplates.conf # there\n",
            ]);
        } else {
            text += &templates;
        }
        if self.maybe(4) {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    }

    /// Pools, authorities and secrets.
    fn others(&mut self) -> String {
        let mut text = String::new();
        let mut named = |made: &mut Self, around: &str, names: &[&str], table, extra: &str| {
            let mut inside = String::new();
            for _ in 0..made.next(3) {
                let name = made.one_of(names).to_owned();
                let values = made.values(table, 2);
                let _ = writeln!(inside, "  {name} {{\n{extra}{values}  }}");
            }
            let _ = writeln!(text, "{around} {{\n{inside}}}");
        };
        named(
            self,
            "pools",
            &["p", "q", "home4"],
            POOL,
            "    addrs = 10.3.0.0/24\n",
        );
        named(
            self,
            "authorities",
            &["ca", "b"],
            AUTHORITY,
            "    cacert = ca.der\n",
        );
        let mut secrets = String::new();
        for _ in 0..self.next(5) {
            let kind = self
                .one_of(&[
                    "ike", "eap", "xauth", "ntlm", "ppk", "ike-1", "eap-x", "ikeb",
                ])
                .to_owned();
            let secret = match self.next(4) {
                0 => "0x00ff10".to_owned(),
                1 => "\"0sAAECAw==\"".to_owned(),
                2 => "\"with \\\"quotes\\\" and\\ttabs\"".to_owned(),
                _ => self.text(),
            };
            let _ = writeln!(secrets, "  {kind} {{\n    secret = {secret}");
            for _ in 0..self.next(4) {
                let name = self.one_of(&["id", "id-1", "id2", "ident"]).to_owned();
                let value = self.text();
                let _ = writeln!(secrets, "    {name} = {value}");
            }
            secrets += "  }\n";
        }
        let _ = writeln!(text, "secrets {{\n{secrets}}}");
        text
    }

    /// The name of a section, and what it refers to.
    fn header(&mut self, kind: &str, name: &str) -> String {
        let known: Vec<String> = self
            .templates
            .iter()
            .filter(|(other, _)| *other == kind)
            .map(|(_, name)| name.clone())
            .collect();
        let mut references = Vec::new();
        if !known.is_empty() {
            for _ in 0..self.next(3) {
                references.push(known[self.next(known.len())].clone());
            }
        }
        if self.maybe(20) {
            references.push("not.there".to_owned());
        }
        let open = self.one_of(&[" ", "", "\n  ", " # why\n"]).to_owned();
        if references.is_empty() {
            format!("  {name}{open}")
        } else {
            format!("  {name} : {}{open}", references.join(", "))
        }
    }

    /// The body of a section, with its braces.
    fn section(&mut self, kind: &str, table: &[(&str, Kind)], depth: usize) -> String {
        let mut inside = self.values(table, depth + 1);
        let mut add = |made: &mut Self, kind: &str, name: &str, table| {
            let body = made.section(kind, table, depth + 1);
            let header = made.header(kind, name);
            let _ = writeln!(inside, "{header}{body}");
        };
        if kind == "conn" {
            for _ in 0..self.next(4) {
                let name = self
                    .one_of(&[
                        "local", "local-1", "remote", "remote-2", "LOCAL", "remotely",
                    ])
                    .to_owned();
                add(self, "auth", &name, AUTH);
            }
        }
        if kind == "auth" && self.maybe(3) {
            let name = self
                .one_of(&["cert", "cert-1", "cacert", "cacert2"])
                .to_owned();
            add(self, "cert", &name, CERT);
        }
        if kind == "conn" && !self.maybe(3) {
            let mut children = String::new();
            for _ in 0..self.next(3) {
                let name = self.one_of(&["net", "net-1", "x", "any"]).to_owned();
                let body = self.section("child", CHILD, depth + 2);
                let header = self.header("child", &name);
                let _ = writeln!(children, "{header}{body}");
            }
            let _ = writeln!(inside, "  children {{\n{children}  }}");
        }
        format!("{{\n{inside}  }}")
    }

    fn values(&mut self, table: &[(&str, Kind)], depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.next(6) {
            let (name, kind) = table[self.next(table.len())];
            let value = match kind {
                _ if self.maybe(12) => String::new(),
                Bool => self
                    .one_of(&[
                        "yes", "no", "TRUE", "false", "1", "0", "Enabled", "disabled",
                    ])
                    .to_owned(),
                Number => self
                    .one_of(&["0", "1", "0x10", "010", "65535", "\" 7\""])
                    .to_owned(),
                Text => self.text(),
                List => {
                    let items: Vec<String> = (0..self.next(4)).map(|_| self.text()).collect();
                    let comma = self.one_of(&[",", ", ", " , ", ",,"]);
                    items.join(comma)
                }
                Certs => {
                    let folder = if name == "certs" { "x509" } else { "x509ca" };
                    let odd = format!("../{folder}/ca.der");
                    self.one_of(&["ca.der", "ca.der, ca.der", "\"ca.der\"", &odd])
                        .to_owned()
                }
            };
            let indent = "  ".repeat(depth);
            let comment = self.one_of(&["", "", "", " # why", "\t#"]);
            let equals = self.one_of(&[" = ", "=", " =\t", "\n = "]);
            let _ = writeln!(text, "{indent}{name}{equals}{value}{comment}");
        }
        text
    }

    fn text(&mut self) -> String {
        let word = self.one_of(WORDS);
        match self.next(6) {
            0 => format!("\"{}\"", word.replace('\\', "\\\\")),
            1 => format!("{word}  {}", self.one_of(WORDS)),
            2 => format!("\"{} # }} x\"", word.replace('\\', "\\\\")),
            3 => format!("\"a\\\n  {}\"", word.replace('\\', "\\\\")),
            _ => word.to_owned(),
        }
    }
}
