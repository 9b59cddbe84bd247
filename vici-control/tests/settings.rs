//! The syntax of settings. What is expected is what strongSwan's own parser makes of the same bytes.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use vici_control::settings::{Error, Folder, MAX_DEPTH, Section, Tree};

/// The files that the tests include.
fn folder(text: &str) -> Folder {
    Folder::from([
        ("/etc/main.conf", text),
        ("/etc/one.conf", "i = 1\ns {\n  q = 1\n}"),
        ("/etc/two.conf", "i = 2\nj = 2\n"),
        ("/etc/.three.conf", "h = 3\n"),
        ("/etc/begin.conf", "b {\n  v = 1\n"),
        ("/etc/end.conf", "w = 2\n}\n"),
        ("/etc/with blank", "k = 1\n"),
        ("/etc/sub/inner.conf", "include more.conf\nr = 1\n"),
        ("/etc/sub/more.conf", "m = 1\n"),
        ("/etc/open.conf", "u = \"abc\n"),
    ])
}

fn read(text: &str) -> Result<Tree, Error> {
    Tree::read("/etc/main.conf", &folder(text))
}

/// `name=value` and `name{..}`, in their order.
fn print(section: &Section<'_>) -> String {
    let values = section.values().map(|value| {
        let bytes = String::from_utf8_lossy(value.bytes);
        format!("{}={}", value.name, bytes.escape_debug())
    });
    let sections = section.sections().unwrap();
    let sections = sections
        .iter()
        .map(|(name, section)| format!("{name}{{{}}}", print(section)));
    values.chain(sections).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_reads(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let tree = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(print(&tree.root()), *expected, "{text:?}");
    }
}

#[track_caller]
fn assert_refuses(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(read(text).unwrap_err().to_string(), *expected, "{text:?}");
    }
}

#[test]
fn sections_and_values() {
    assert_reads(&[
        ("", ""),
        ("# only a comment", ""),
        ("a { b = c }", "a{b=c}"),
        ("a{b=c}", "a{b=c}"),
        ("a # why\n\n{\nb=c\n}\n", "a{b=c}"),
        ("a\n= b\n", "a=b"),
        ("a {\r\nb = c\r\n}\r\n", "a{b=c}"),
        ("a {\rb = c\r}\r", "a{b=c}"),
        ("a { b { c = d } e = f }", "a{e=f b{c=d}}"),
        ("a { b = c d = e }", "a{b=c d = e}"),
        ("a { b = c; d = e }", "a{b=c; d = e}"),
        ("a = 1\na { b = 2 }", "a=1 a{b=2}"),
        ("A = 1\na = 2", "A=1 a=2"),
        (
            "a-b_c%d!$&()*+/;<>?@[]^`|~\\x = 1",
            "a-b_c%d!$&()*+/;<>?@[]^`|~\\x=1",
        ),
        ("a { }\nb {\n}", "a{} b{}"),
    ]);
}

#[test]
fn values() {
    assert_reads(&[
        ("x =   a    b\tc   ", "x=a b c"),
        ("x = a#b\ny = \"a#b\"", "x=a y=a#b"),
        ("x = a=b:c,d.e{f", "x=a=b:c,d.e{f"),
        ("x =\ny = # nothing\nz = \"\"", "z="),
        ("x = \"\" \"\"", "x= "),
        ("x = \"a b\" \"c\"", "x=a b c"),
        ("x = pre\"in\"post", "x=pre in post"),
        ("x = \"  a  \"  b", "x=  a   b"),
        (r#"x = "a\nb\tc\rd\\e\"f\qg\0""#, r#"x=a\nb\tc\rd\\e\"fqg0"#),
        ("x = \"a\nb\"\ny = c", "x=a\\nb y=c"),
        ("x = \"a\\\n  b\"", "x=a  b"),
        ("x = \"a\\\r\n  b\"", "x=a  b"),
        ("x = \"a\rb\"", "x=ab"),
        ("b = c\rd", "b=c d"),
        ("x = a\\\ny = b", "x=a\\\\ y=b"),
        ("x = 1 # \"foo\ny = 2", "x=1 y=2"),
        ("a { b = \"}\" }", "a{b=}}"),
    ]);
}

#[test]
fn later_values_win_and_sections_merge() {
    assert_reads(&[
        ("a { x = 1\n y = 2\n x = 3\n }", "a{x=3 y=2}"),
        ("a { x = 1\n x =\n }", "a{}"),
        ("x = 1\nx =\nx = 2\ny = 3", "x=2 y=3"),
        (
            "a { x = 1\n s { q = 1 } }\na { z = 1\n x = 9\n s { r = 2 } }",
            "a{x=9 z=1 s{q=1 r=2}}",
        ),
    ]);
}

#[test]
fn many_names_are_told_apart() {
    let part = |value: usize| -> String {
        let all = (0..30).map(|i| format!("v{i} = {}\ns{i} {{ x{value} = 1\n}}\n", i + value));
        all.collect()
    };
    let values = (0..30).map(|i| format!("v{i}={}", i + 7));
    let sections = (0..30).map(|i| format!("s{i}{{x0=1 x7=1}}"));
    let expected: Vec<String> = values.chain(sections).collect();
    assert_reads(&[(&(part(0) + &part(7)), &expected.join(" "))]);
}

#[test]
fn references() {
    assert_reads(&[
        (
            "t { x = 1\n y = 2\n s { u = 1 } }\na : t { x = 3\n y = \n s { v = 2 } }",
            "t{x=1 y=2 s{u=1}} a{x=3 s{v=2 u=1}}",
        ),
        (
            "t1 { x = 1\n y = 1}\nt2 { x = 2\n z = 2}\na : t1, t2 { q = 1 }",
            "t1{x=1 y=1} t2{x=2 z=2} a{q=1 x=1 y=1 z=2}",
        ),
        ("t { b { x = 1 } }\na:t.b{ y = 2 }", "t{b{x=1}} a{y=2 x=1}"),
        ("a : t { x = 1 }\nt { y = 2 }", "a{x=1 y=2} t{y=2}"),
        (
            "t1 { x = 1 }\nt2 { x = 2 }\na : t1 { }\na : t2 { }",
            "t1{x=1} t2{x=2} a{x=1}",
        ),
        // From the root, not from where the reference stands.
        ("s { t { x = 1 }\n a : t { y = 1 } }", "s{t{x=1} a{y=1}}"),
        ("a : nope { y = 2 }", "a{y=2}"),
        (
            "t { x = 1 }\na :\n t # c\n,\n t { y = 1 }",
            "t{x=1} a{y=1 x=1}",
        ),
        // In a circle.
        (
            "a : b { x = 1 }\nb : c { y = 1 }\nc : a { z = 1 }",
            "a{x=1 y=1 z=1} b{y=1 z=1 x=1} c{z=1 x=1 y=1}",
        ),
        // What a section refers to comes before what the section around it refers to.
        (
            "a : t { s : u { x = 1 } }\nt { s { y = 2 } }\nu { y = 3\n z = 1 }",
            "a{s{x=1 y=3 z=1}} t{s{y=2}} u{y=3 z=1}",
        ),
        (
            "a { b { c { d = 1 } } }\ne : a.b { }\nf : e { c { g = 2 } }",
            "a{b{c{d=1}}} e{c{d=1}} f{c{g=2 d=1}}",
        ),
        ("t { x = 1 }\na : t { x =\n }\nb : a { }", "t{x=1} a{} b{}"),
    ]);
    // One that has to be known in order to be known.
    for text in [
        "a : a.b { b { } }",
        "a : b.c { }\nb : a.c { }",
        "a : b { }\nb : c.s { }\nc : a { s { } }",
    ] {
        let tree = read(text).unwrap();
        let error = tree.root().section("a").unwrap_err().to_string();
        assert!(error.contains("leads through"), "{error}");
    }
    assert_eq!(
        read("x = 1\na : a.b {\n}")
            .unwrap()
            .root()
            .sections()
            .unwrap_err()
            .to_string(),
        "/etc/main.conf:2: the reference to a.b leads through a, whose references it is one of; strongSwan crashes of it"
    );
    let tree = read("a : nope, b.c {\n}\nb {\n}").unwrap();
    let missing: Vec<String> = tree
        .missing_references()
        .map(|(place, name)| format!("{place} {name}"))
        .collect();
    assert_eq!(missing, ["/etc/main.conf:1 nope", "/etc/main.conf:1 b.c"]);
}

#[test]
fn includes() {
    assert_reads(&[
        ("include one.conf\nx = 1", "i=1 x=1 s{q=1}"),
        ("include /etc/one.conf", "i=1 s{q=1}"),
        ("include \"one.conf\" x = 1", "i=1 x=1 s{q=1}"),
        ("a { include one.conf }", "a{i=1 s{q=1}}"),
        ("include one.conf# and a comment", "i=1 s{q=1}"),
        ("include one.conf\r\nx = 1\r\n", "i=1 x=1 s{q=1}"),
        // Sorted, and without what is hidden.
        ("include *o*e.conf\ninclude t*.conf", "i=2 j=2 s{q=1}"),
        ("include [ot][nw][eo].conf", "i=2 j=2 s{q=1}"),
        ("include [!t]ne.conf", "i=1 s{q=1}"),
        ("include o\\ne.conf", "i=1 s{q=1}"),
        ("include o\"ne.conf\"", "i=1 s{q=1}"),
        ("include one.conf/\ninclude *.conf/", ""),
        ("include with\\ blank", "k=1"),
        ("include \"with blank\"", "k=1"),
        // Relative to the file that includes.
        ("include sub/inner.conf", "m=1 r=1"),
        ("include */inner.conf", "m=1 r=1"),
        // A section may begin in one file and end in another.
        (
            "include begin.conf\ninclude end.conf\nx = 1",
            "x=1 b{v=1 w=2}",
        ),
        // `include` is a name where it is used as one.
        (
            "include = 1\na { include\t= 2\n }",
            "include=1 a{include=2}",
        ),
        ("included = 1", "included=1"),
        ("x = 1 include one.conf", "x=1 include one.conf"),
    ]);
    let tree = read("include nope.conf\nx = 1\ninclude no*\n").unwrap();
    assert_eq!(print(&tree.root()), "x=1");
    let missing: Vec<String> = tree
        .missing_includes()
        .map(|(place, pattern)| format!("{place} {pattern}"))
        .collect();
    assert_eq!(
        missing,
        ["/etc/main.conf:1 nope.conf", "/etc/main.conf:3 no*"]
    );
}

#[test]
fn errors_tell_the_place_and_what_to_do() {
    assert_refuses(&[
        (
            "a.b = c",
            "/etc/main.conf:1: a name must not have dots, write a { .. } around the rest",
        ),
        (
            "\n\"a\" = c",
            "/etc/main.conf:2: a name must not be in quotes, only a value may",
        ),
        (
            "a b = c",
            "/etc/main.conf:1: expected = or { behind a instead of b",
        ),
        (
            "a {\n b\n}",
            "/etc/main.conf:2: expected = or { behind b instead of }",
        ),
        (
            "a,b = c",
            "/etc/main.conf:1: expected = or { behind a instead of ,",
        ),
        (
            "a",
            "/etc/main.conf:1: expected = or { behind a, but the file ends",
        ),
        (
            "x = 1\na {\n b = c\n",
            "/etc/main.conf:2: the section a that begins here has no end, add a }",
        ),
        (
            "a {\n}\n}\n",
            "/etc/main.conf:3: there is no section to end here, remove the }",
        ),
        (
            "{ }",
            "/etc/main.conf:1: expected a name instead of {, or a }",
        ),
        (
            "x = 1\ny = \"abc\nz = 2\n",
            "/etc/main.conf:2: the quote that begins here has no end, add a \"",
        ),
        (
            "a : { }",
            "/etc/main.conf:1: expected the name of a section behind : or ,",
        ),
        (
            "a : b, { }",
            "/etc/main.conf:1: expected the name of a section behind : or ,",
        ),
        (
            "a : b%s { }",
            "/etc/main.conf:1: a reference must not have %, rename the section b%s",
        ),
        (
            "a:b = c",
            "/etc/main.conf:1: expected , or { behind the name that is referred to",
        ),
        (
            "a = b\0c",
            "/etc/main.conf:1: there is a byte zero in this file, remove it",
        ),
        (
            "a\0 = b",
            "/etc/main.conf:1: there is a byte zero in this file, remove it",
        ),
        (
            "# a\rb = 1\n",
            "/etc/main.conf:1: there is a carriage return inside of a comment, end lines with a line feed",
        ),
        (
            "include main.conf",
            "/etc/main.conf:1: /etc/main.conf includes itself",
        ),
        (
            "include \nx = 1",
            "/etc/main.conf:1: include needs the name of a file",
        ),
        (
            "include  = 1",
            "/etc/main.conf:1: include needs the name of a file",
        ),
        (
            "include sub",
            "/etc/main.conf:1: can't read /etc/sub: it is a folder",
        ),
        (
            "include [[:alpha:]].conf",
            "/etc/main.conf:1: include takes no \\ and no [ between brackets, give the file a plain name",
        ),
        // The place is in the file that was included.
        (
            "include open.conf\n\"",
            "/etc/open.conf:1: the quote that begins here has no end, add a \"",
        ),
        (
            "include end.conf",
            "/etc/end.conf:2: there is no section to end here, remove the }",
        ),
    ]);
    let error = Tree::read("/etc/none.conf", &Folder::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/etc/none.conf: can't be read: entity not found"
    );
}

#[test]
fn what_is_hostile_is_bounded() {
    let deep = "a {".repeat(MAX_DEPTH + 1);
    assert_refuses(&[(&deep, "/etc/main.conf:1: sections are deeper than 64")]);

    // Each file includes the next.
    let chain = (0..100).map(|i| (format!("/f{i}"), format!("include f{}\n", i + 1)));
    let error = Tree::read("/f0", &chain.collect::<Folder>()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/f32:1: files include each other deeper than 32, include them from fewer"
    );

    // Each file includes the next many times.
    let tree = (0..9).map(|i| (format!("/f{i}"), format!("include f{}\n", i + 1).repeat(10)));
    let mut tree: Folder = tree.collect();
    tree.insert("/f9", "x = 1\n");
    let error = Tree::read("/f0", &tree).unwrap_err();
    assert_eq!(error.reason(), "more than 20000 files are included");

    // Large files that are included often.
    let mut large = Folder::from([("/main", "include large\n".repeat(100))]);
    large.insert("/large", "# ".repeat(1 << 20));
    let error = Tree::read("/main", &large).unwrap_err();
    assert!(
        error
            .reason()
            .starts_with("can't read /large: it has more than"),
        "{error}"
    );

    // A section that refers to what is around it has no end inside, but is only looked at on demand.
    let tree = read("a { s : a { x = 1 } }").unwrap();
    let mut section = tree.root().section("a").unwrap().unwrap();
    for _ in 0..100 {
        section = section.section("s").unwrap().unwrap();
        assert_eq!(section.value("x"), Some(&b"1"[..]));
    }

    // Each section refers to the next.
    let text: String = (0..2_000)
        .map(|i| format!("s{i} : s{} {{ }}\n", i + 1))
        .collect();
    let error = read(&text).unwrap().root().sections().unwrap_err();
    assert_eq!(error.reason(), "references lead further than 64 sections");

    // What each section refers to has to be looked up twice for the one before it.
    let text: String = (0..40)
        .map(|i| format!("s{i} : s{0}.x, s{0}.y {{ x {{ }} y {{ }} }}\n", i + 1))
        .collect();
    let tree = read(&text.replace("} }", "}\n}")).unwrap();
    let error = tree.root().sections().unwrap_err();
    assert_eq!(
        error.reason(),
        "too many references have to be followed, make them fewer"
    );
}

#[test]
fn values_are_never_printed() {
    let tree = read("a { secret = swordfish }").unwrap();
    let value = tree.root().section("a").unwrap().unwrap();
    let value = value.values().next().unwrap();
    let text = format!("{tree:?} {value:?} {:?}", folder("secret = swordfish"));
    assert!(!text.contains("swordfish"), "{text}");
}
