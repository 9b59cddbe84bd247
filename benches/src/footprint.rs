//! What it takes to depend on a client: time to build, crates, size.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a program costs that prints the version and the SAs.
pub(crate) struct Footprint {
    pub(crate) client: &'static str,
    /// How many crates it depends on, at run time or to build.
    pub(crate) crates: usize,
    /// Time for `cargo build`, the shortest.
    pub(crate) dev: Build,
    /// Time for `cargo build --release`, the shortest.
    pub(crate) release: Build,
    /// The size of the stripped program, without that of an empty one.
    pub(crate) size: u64,
}

/// What a build from nothing takes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Build {
    pub(crate) time: Duration,
    /// The time of all processors.
    pub(crate) cpu: Duration,
}

struct Program {
    client: &'static str,
    source: &'static str,
    dependencies: &'static str,
}

const EMPTY: Program = Program {
    client: "nothing",
    source: include_str!("../footprint/empty.rs"),
    dependencies: "",
};

const PROGRAMS: [Program; 3] = [
    Program {
        client: "vici-client",
        source: include_str!("../footprint/vici.rs"),
        dependencies: concat!(
            "vici-client = { path = '",
            env!("CARGO_MANIFEST_DIR"),
            "/../vici-client' }"
        ),
    },
    Program {
        client: "rsvici",
        source: include_str!("../footprint/rsvici.rs"),
        dependencies: "rsvici = '=0.1.5'
serde = { version = '1', features = ['derive'] }
tokio = { version = '1', features = ['macros', 'rt-multi-thread'] }
futures-util = { version = '0.3', default-features = false }",
    },
    Program {
        client: "rustici",
        source: include_str!("../footprint/rustici.rs"),
        dependencies: "rustici = '=1.1.1'",
    },
];

/// Builds every program.
pub(crate) fn measure() -> Result<Vec<Footprint>, String> {
    let folder = env::temp_dir().join(format!("vici-footprint-{}", std::process::id()));
    let footprints = measure_in(&folder);
    let _ = fs::remove_dir_all(&folder);
    footprints
}

fn measure_in(folder: &Path) -> Result<Vec<Footprint>, String> {
    let empty = Crate::make(folder, &EMPTY)?;
    empty.build(true)?;
    let empty = empty.size()?;
    let footprint = |program: &Program| {
        let package = Crate::make(folder, program)?;
        package.cargo(&["fetch", "--quiet"])?;
        Ok(Footprint {
            client: program.client,
            crates: package.crates()?,
            dev: package.best_build(false)?,
            release: package.best_build(true)?,
            size: package.size()? - empty,
        })
    };
    PROGRAMS.iter().map(footprint).collect()
}

/// A package of one program.
struct Crate {
    folder: PathBuf,
}

impl Crate {
    fn make(folder: &Path, program: &Program) -> Result<Self, String> {
        let folder = folder.join(program.client);
        let manifest = format!(
            "[package]\nname = 'program'\nedition = '2024'\n[workspace]\n\
            [profile.release]\nstrip = true\n[dependencies]\n{}\n",
            program.dependencies
        );
        let write = || {
            fs::create_dir_all(folder.join("src"))?;
            fs::write(folder.join("Cargo.toml"), manifest)?;
            // The versions that everything else here is measured with.
            fs::write(folder.join("Cargo.lock"), include_str!("../Cargo.lock"))?;
            fs::write(folder.join("src/main.rs"), program.source)
        };
        write().map_err(|error| error.to_string())?;
        Ok(Self { folder })
    }

    fn crates(&self) -> Result<usize, String> {
        let tree = self.cargo(&["tree", "--edges", "normal,build", "--prefix", "none"])?;
        let crates: BTreeSet<Vec<&str>> = tree
            .lines()
            .map(|line| line.split_whitespace().take(2).collect())
            .collect();
        // One of them is the program.
        Ok(crates.len() - 1)
    }

    fn best_build(&self, release: bool) -> Result<Build, String> {
        let builds = (0..3)
            .map(|_| self.build(release))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Build {
            time: builds
                .iter()
                .map(|build| build.time)
                .min()
                .unwrap_or_default(),
            cpu: builds
                .iter()
                .map(|build| build.cpu)
                .min()
                .unwrap_or_default(),
        })
    }

    fn build(&self, release: bool) -> Result<Build, String> {
        let _ = fs::remove_dir_all(self.folder.join("target"));
        let arguments: &[&str] = if release {
            &["build", "--quiet", "--release"]
        } else {
            &["build", "--quiet"]
        };
        let (start, cpu) = (Instant::now(), cpu_of_children()?);
        self.cargo(arguments)?;
        Ok(Build {
            time: start.elapsed(),
            cpu: cpu_of_children()?.saturating_sub(cpu),
        })
    }

    fn size(&self) -> Result<u64, String> {
        let program = fs::metadata(self.folder.join("target/release/program"));
        program
            .map(|program| program.len())
            .map_err(|error| error.to_string())
    }

    fn cargo(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new("cargo")
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("cargo {}: {}", arguments.join(" "), output.status));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The time of all processors that children of this process have used, and theirs.
fn cpu_of_children() -> Result<Duration, String> {
    let text = fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    // Behind the name of the program, which may hold spaces: cutime and cstime, in hundredths.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: u64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|word| word.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_millis(ticks * 10))
}
