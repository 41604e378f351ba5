//! World files and authors' files: those that are shipped, and what is said of wrong ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use labproof::lab::{Access, KubernetesAccess, PostgresAccess, VaultAccess};
use labproof::secret::Secret;
use labproof::sidecar::Sidecar;
use labproof::source::Source;
use labproof::world::{Kept, System, Values, VaultState, World};
use proptest::prelude::{prop_assert, proptest};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A lab that has everything.
fn access() -> Access {
    Access {
        vault: Some(VaultAccess {
            address: "http://127.9.0.2:8200".to_owned(),
            token: Secret::new("root-word"),
            unseal_key: Some(Secret::new("unseal-word")),
        }),
        postgres: Some(PostgresAccess {
            socket: "127.9.0.10:5433".parse().unwrap(),
            user: "keeper".to_owned(),
            password: Secret::new("p$word"),
        }),
        kubernetes: Some(KubernetesAccess {
            kubeconfig: PathBuf::from("kubeconfig"),
            service_ip: Some("127.9.0.10".parse().unwrap()),
        }),
    }
}

fn challenges() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("challenges")).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    folders
}

#[test]
fn every_challenge_has_a_world_and_its_inputs_fit() {
    for folder in challenges() {
        let name = folder.file_name().unwrap().to_string_lossy();
        let world = folder.with_file_name(format!("{name}.world.yml"));
        assert!(world.is_file(), "{}", world.display());
        fit(&folder.join("assignment.md"));
    }
}

/// What lies beside a challenge fits its text.
fn fit(path: &Path) -> Sidecar {
    let sidecar = Sidecar::beside(path).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let text = sidecar.inputs.text(&text, &access()).unwrap();
    sidecar.world.environment(&access()).unwrap();
    let challenge = labproof::challenge::parse(Source::new(path, text));
    let steps = challenge.steps.iter().map(|step| challenge.source.slice(step.span));
    sidecar.inputs.fits(&steps.collect::<Vec<_>>()).unwrap();
    sidecar
}

/// The seed in a track, with our files at its root.
#[test]
fn the_seed_has_a_world_and_its_inputs_fit() {
    let Some(shared) = crate::corpus::shared() else { return };
    let name = "static-to-dynamic-database-secrets";
    let text = fs::read_to_string(shared.join("seed").join(name).join("assignment.md")).unwrap();
    let world = fs::read_to_string(root().join("challenges").join(format!("{name}.world.yml")));
    let track = Track::new(&[
        (&format!("{name}/assignment.md"), &text),
        (&format!("{name}.world.yml"), &world.unwrap()),
        ("labproof.yml", include_str!("seed/labproof.yml")),
    ]);
    let sidecar = fit(&track.0.path().join(name).join("assignment.md"));
    assert_eq!(sidecar.world.systems().len(), 3);
    assert!(sidecar.inputs.step(6).unwrap().keeps());
}

/// Every file beside the challenges belongs to one.
#[test]
fn no_file_is_left_without_its_challenge() {
    let folders = challenges();
    for entry in fs::read_dir(root().join("challenges")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bare = name.trim_end_matches(".world.yml").trim_end_matches(".labproof.yml");
        assert!(folders.contains(&path.with_file_name(bare)), "{name}");
    }
}

#[test]
fn a_world_tells_the_lab_what_it_needs() {
    let read = |name: &str| {
        let path = root().join("challenges").join(name).join("assignment.md");
        Sidecar::beside(&path).unwrap().world
    };
    let world = read("static-to-dynamic-database-secrets");
    assert_eq!(Vec::from_iter(world.systems()), System::ALL.each_ref());
    let superuser = world.superuser();
    assert_eq!((superuser.name.as_str(), world.postgres_port()), ("postgres", Some(5432)));
    assert_eq!(superuser.password.as_ref().map(Secret::expose), Some("password"));
    assert_eq!(read("first-start").vault_state(), VaultState::New);
    assert_eq!(read("unseal-after-a-restart").vault_state(), VaultState::Sealed);
    assert!(read("notes-on-a-host").systems().is_empty());
    assert_eq!(Vec::from_iter(read("helm-release").systems()), [&System::Kubernetes]);
}

/// Every text behind a line `# …` with what is said of it. No password is in it.
fn told(cases: &str, error: impl Fn(&str) -> String) -> String {
    let cases = cases.strip_prefix("# ").unwrap().split("\n# ");
    let told = cases.map(|case| {
        let (what, text) = case.split_once('\n').unwrap();
        let text = text.trim_end_matches('\n');
        format!("# {what}\n{text}\n→\n{}\n\n", error(&format!("{text}\n")))
    });
    let told: String = told.collect();
    assert!(
        !told.split('→').skip(1).any(|told| told.split("\n# ").next().unwrap().contains("hunter2")),
        "{told}"
    );
    told
}

#[test]
fn wrong_worlds_are_told_with_their_places() {
    insta::assert_snapshot!(told(include_str!("worlds/wrong_worlds.txt"), |text| {
        World::read(Source::new("a.world.yml", text)).unwrap_err().to_string()
    }));
}

/// A bomb is an error and not a wait.
#[test]
fn a_world_that_is_too_large_is_told_so() {
    let next =
        |(one, next): (&str, &str)| format!("{next}: &{next} [*{one}, *{one}, *{one}, *{one}]\n");
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let nested: String = names.into_iter().zip(names.into_iter().skip(1)).map(next).collect();
    let bomb = format!("a: &a [x, x, x, x, x, x, x, x, x, x]\n{nested}");
    let many = format!("files:\n{}", "  a: b\n".repeat(30_000));
    for text in [bomb, many, format!("vault: {}{}\n", "[".repeat(100), "]".repeat(100))] {
        let error = World::read(Source::new("a.world.yml", text)).unwrap_err().to_string();
        assert!(error.starts_with("a.world.yml:"), "{error}");
        assert!(error.contains("larger, deeper or has more aliases than is read"), "{error}");
    }
}

/// A track in a directory of its own.
struct Track(tempfile::TempDir);

impl Track {
    fn new(files: &[(&str, &str)]) -> Self {
        let track = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = track.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        track
    }

    fn read(&self, challenge: &str) -> Result<Sidecar, String> {
        let path = self.0.path().join(challenge).join("assignment.md");
        let folder = format!("{}/", self.0.path().display());
        Sidecar::beside(&path).map_err(|error| error.to_string().replace(&folder, ""))
    }
}

const CHALLENGE: (&str, &str) = ("02-first/assignment.md", "");

#[test]
fn wrong_authors_files_are_told_with_their_places() {
    insta::assert_snapshot!(told(include_str!("worlds/wrong_authors_files.txt"), |text| {
        let track = Track::new(&[CHALLENGE, ("02-first.labproof.yml", text)]);
        track.read("02-first").unwrap_err()
    }));
}

#[test]
fn a_track_has_one_file_for_all_its_challenges() {
    let entry = "{ world: { systems: [vault] } }";
    for name in ["02-first", "first"] {
        let text = format!("challenges: {{ {name}: {entry} }}\n");
        let track = Track::new(&[CHALLENGE, ("labproof.yml", &text)]);
        let world = track.read("02-first").unwrap().world;
        assert_eq!(Vec::from_iter(world.systems()), [&System::Vault], "{name}");
    }
    for name in ["02-first", "first"] {
        let world = format!("{name}.world.yml");
        let track = Track::new(&[CHALLENGE, (&world, "postgres: {}\n")]);
        let world = track.read("02-first").unwrap().world;
        assert_eq!(Vec::from_iter(world.systems()), [&System::Postgres], "{name}");
    }
    let track = Track::new(&[CHALLENGE]);
    assert!(track.read("02-first").unwrap().world.systems().is_empty());
}

#[test]
fn wrong_files_of_a_track_are_told() {
    let own = ("02-first.labproof.yml", "");
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("an entry of no challenge", &[("labproof.yml", "challenges:\n  frist: {}\n")]),
        ("the same twice", &[("labproof.yml", "challenges:\n  02-first: {}\n  first: {}\n")]),
        ("an unknown key", &[("labproof.yml", "challenges: { first: { wolrd: a } }\n")]),
        ("no challenges", &[("labproof.yml", "world: a\n")]),
        ("two files", &[own, ("labproof.yml", "challenges: { first: {} }\n")]),
        ("two worlds", &[("first.world.yml", ""), ("02-first.world.yml", "")]),
        ("a wrong world", &[("first.world.yml", "valut: {}\n")]),
        ("a file that is none", &[("02-first.world.yml/a", "")]),
    ];
    let told = cases.iter().map(|(what, files)| {
        let track = Track::new(&[&[CHALLENGE], *files].concat());
        format!("# {what}\n{}\n\n", track.read("02-first").unwrap_err())
    });
    insta::assert_snapshot!(told.collect::<String>());
}

#[test]
fn inputs_are_filled_in_typed_and_kept() {
    let text = "world: { systems: [postgres] }\n\
        inputs:\n  text: { '127.0.0.1': '${postgres.host}', '127.0.0.1:5432': '${postgres.address}' }\n  \
        steps:\n    1: { keep: { user: '^username +(\\S+)' } }\n    \
        2: { fill: { <U>: '$${${user}' }, type: ['${postgres.password}', '$$', '$${user}'] }\n";
    let track = Track::new(&[CHALLENGE, ("02-first.labproof.yml", text)]);
    let inputs = track.read("02-first").unwrap().inputs;
    let access = access();
    let found = inputs.text("a 127.0.0.1:5432 b 127.0.0.1", &access);
    assert_eq!(found.as_deref(), Ok("a 127.9.0.10:5433 b 127.9.0.10"));
    let mut kept = Kept::new();
    let first = inputs.step(1).unwrap();
    assert!(first.keeps() && !inputs.step(2).unwrap().keeps() && inputs.step(3).is_none());
    let missing = first.keep("password  hunter2\n", &mut kept).unwrap_err();
    assert!(missing.message == "no line of the step's output tells `user`", "{missing}");
    first.keep("Key  Value\nusername    v-root\nusername    other\n", &mut kept).unwrap();
    let values = Values::with(&access, &kept);
    let second = inputs.step(2).unwrap();
    assert_eq!(
        second.fill("psql -U <U> -h <U>", &values).as_deref(),
        Ok("psql -U ${v-root -h ${v-root")
    );
    let typed = second.typed(&values).unwrap();
    let typed: Vec<&str> = typed.iter().map(Secret::expose).collect();
    assert_eq!(typed, ["p$word", "$$", "${user}"]);
    // Whatever is missing is said, with its place and without a value.
    let error = |error: labproof::sidecar::InputError| {
        let (_, place) = error.place.rsplit_once('/').unwrap();
        format!("{place}: {}", error.message)
    };
    let fits = |fences: &[&str]| {
        let error = inputs.fits(fences).unwrap_err().to_string();
        error.rsplit('/').next().unwrap().to_owned()
    };
    let told = [
        error(inputs.text("a 127.0.0.1 b", &access).unwrap_err()),
        error(second.fill("psql", &values).unwrap_err()),
        error(second.fill("<U>", &Values::of(&access)).unwrap_err()),
        error(second.typed(&Values::of(&Access::default())).unwrap_err()),
        fits(&["a"]),
        fits(&["a", "b", "<U>"]),
    ];
    insta::assert_snapshot!(told.join("\n"));
    assert!(inputs.fits(&["a", "<U> <U>"]).is_ok());
}

/// What a program shows of itself in a panic or a log has no value in it.
#[test]
fn debug_has_no_value() {
    let text = "world:\n  vault: { secrets: { kv/a: { b: hunter2 } } }\n  files: { a: hunter2 }\n\
        inputs:\n  text: { a: hunter2 }\n  steps: { 1: { type: [hunter2] } }\n";
    let track = Track::new(&[CHALLENGE, ("02-first.labproof.yml", text)]);
    let sidecar = track.read("02-first").unwrap();
    assert!(!format!("{sidecar:?}").contains("hunter2"), "{sidecar:?}");
    let wrong = World::read(Source::new("a.yml", "files: { a: hunter2, a: hunter2 }\n"));
    assert!(!format!("{wrong:?}").contains("hunter2"));
}

/// The places of a schema that turn unknown keys down, with the keys that they have.
fn closed(json: &Value, pointer: &str, found: &mut BTreeMap<String, Vec<String>>) {
    let Some(map) = json.as_object() else {
        for (index, item) in json.as_array().into_iter().flatten().enumerate() {
            closed(item, &format!("{pointer}/{index}"), found);
        }
        return;
    };
    if map.get("additionalProperties") == Some(&Value::Bool(false)) {
        let keys = map["properties"].as_object().unwrap().keys();
        found.insert(pointer.to_owned(), keys.cloned().collect());
    }
    map.iter().for_each(|(key, item)| closed(item, &format!("{pointer}/{key}"), found));
}

#[test]
fn the_schemas_have_the_keys_that_are_read() {
    let of_authors = [labproof::author::KEYS, labproof::sidecar::KEYS].concat();
    let tables = [("world", labproof::world::KEYS), ("labproof", &of_authors)];
    for (name, keys) in tables {
        let text = fs::read_to_string(root().join(format!("schema/{name}.json"))).unwrap();
        let mut found = BTreeMap::new();
        closed(&serde_json::from_str(&text).unwrap(), "", &mut found);
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let read: BTreeMap<String, Vec<String>> =
            keys.iter().map(|(place, keys)| ((*place).to_owned(), owned(keys))).collect();
        assert_eq!(found, read, "{name}");
    }
}

/// The text of everything that a world may hold, for what follows.
const EVERYTHING: &str = include_str!("live/filled/everything.world.yml");

proptest! {
    /// Whatever has become of a world file, it is read or told what is wrong with it, line by line.
    #[test]
    fn a_damaged_world_is_read_or_told(
        start in 0..EVERYTHING.len(),
        length in 0_usize..40,
        put in "[ \\n\\t{}\\[\\]:&*'\"$!|>#a-c0-9-]{0,8}",
    ) {
        let mut text = EVERYTHING.to_owned();
        text.replace_range(start..(start + length).min(EVERYTHING.len()), &put);
        if let Err(invalid) = World::read(Source::new("a.yml", text)) {
            prop_assert!(!invalid.diagnostics.is_empty());
            for line in invalid.to_string().lines() {
                prop_assert!(line.starts_with("a.yml:"), "{line}");
            }
        }
    }
}

#[test]
fn what_surrounds_a_world_is_no_part_of_it() {
    for text in [
        "postgres: { port: 1 }\n",
        "\u{feff}postgres: { port: 1 }\n",
        "---\npostgres: { port: 1 }\n",
        "%YAML 1.2\n---\npostgres: { port: 1 }\n",
        "postgres:\r\n  port: 1\r\n",
        "# a\n\n---\n{ postgres: { port: 1 } }\n...\n",
    ] {
        assert_eq!(
            World::read(Source::new("a", text)).unwrap().postgres_port(),
            Some(1),
            "{text:?}"
        );
    }
    for text in ["", "\n", "# a\n", "---\n", "~\n"] {
        assert!(World::read(Source::new("a", text)).unwrap().systems().is_empty(), "{text:?}");
    }
}
