//! The walker on fences that fail, hang, flood, kill their shell and leave things behind: whatever they do, a proof ends
//! in time, is well formed, and nothing of it is left.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use labproof::lab::process::{reader, wait_within};
use serde_json::Value;

use super::{challenge, left, prove};
use crate::run_labproof::Labproof;

/// Ends by itself.
const QUICK: &[&str] = &[
    "false",
    "exit 7",
    "return 3",
    "kill -9 $$",
    "kill -TERM $$; kill -HUP $$",
    "kill -9 $PPID",
    "kill -9 0",
    "exec true",
    "no-such-command",
    "if true; then",
    "yes | head -c 1500000000",
    "yes >&2 | head -c 1500000000 >&2",
    "yes | head -c 1500000000 >/dev/null",
    "head -c 300000000 /dev/zero > ~/large",
    "sleep 1000 &",
    "setsid sleep 1000 &",
    "setsid sh -c 'while :; do date >> ~/log; done' &",
    "nohup sleep 1000 >/dev/null 2>&1 & disown",
    "set -m; sleep 1000 & sleep 1000 | cat &",
    "( trap '' HUP TERM INT; setsid sleep 1000 ) & exit",
    "( setsid sh -c 'sleep 1000 & sleep 1000' & )",
    "cd /; HOME=/nowhere setsid sleep 1000 &",
    "env -i setsid sleep 1000 &",
    "exec 1>&-",
    "exec 2>&-",
    "exec 0<&-",
    "exec 0<&- 1>&- 2>&-",
    "exec 3>~/a 4<~/a",
    "export PATH=/nowhere HOME=/nowhere",
    "unset PATH HOME IFS; IFS=e",
    "cd /",
    "mkdir -p ~/gone && cd ~/gone && rmdir ~/gone",
    "rm -rf ~",
    "mkdir -p ~/shut/in && chmod 000 ~/shut",
    "umask 777",
    "touch() { false; }; mkdir() { echo no; }; cat() { exit 9; }",
    "kill() { :; }; wait() { :; }; printf() { :; }",
    "set -e; false",
    "set -euo pipefail",
    "set -u; echo $nothing",
    "set -x; set -v",
    "set -n",
    "trap 'sleep 1000' EXIT",
    "trap '' HUP INT TERM; trap 'echo done 0' EXIT",
    "trap 'echo done 0' DEBUG",
    "trap 'exit 3' ERR; false",
    "read -r word; read -r other; echo \"$word\"",
    "cat",
    "ulimit -n 4",
    "ulimit -f 0",
    "printf '\\0\\377\\033]0;\\007\\n'",
    "alias touch=false; shopt -s expand_aliases extdebug",
    "readonly PATH HOME; declare -r a=1; a=2",
    "history -c; set -o posix; enable -n echo",
];

/// Does not.
const HANGING: &[&str] = &[
    "sleep 1000",
    "while :; do :; done",
    "kill -STOP $$",
    "mkfifo ~/pipe; cat ~/pipe",
    "trap '' HUP INT TERM; sleep 1000 & wait",
    "exec sleep 1000",
    "exec 1>&- 2>&-; setsid --wait sleep 1000",
    "source() { :; }; echo() { :; }; builtin() { :; }",
    "cat /dev/zero >/dev/null",
];

/// What has claims, so that there are wrong turns.
const PLAIN: &[&str] =
    &["touch ~/one", "mkdir -p ~/two/three", "echo four > ~/four", "cp ~/one ~/five", "rm ~/one"];

/// A small seedable generator (an LCG's upper bits): the same challenges in each run.
struct Prng(u64);

impl Prng {
    fn one<'a>(&mut self, all: &[&'a str]) -> &'a str {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let upper = usize::try_from(self.0 >> 33).unwrap();
        all[upper % all.len()]
    }
}

/// Runs it to its end, which comes in time.
fn ended(labproof: &Labproof, limit: Duration) -> (Option<i32>, String, String) {
    let mut child = labproof.command().stdin(Stdio::null()).spawn().unwrap();
    let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let status = wait_within(&mut child, limit);
    let status = status.unwrap_or_else(|error| panic!("{error}"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout.recv().unwrap()), text(stderr.recv().unwrap()))
}

fn well_formed(format: &str, text: &str) -> bool {
    match format {
        "json" => serde_json::from_str::<Value>(text).is_ok_and(|it| it["proofs"].is_array()),
        "junit" => {
            let plain = |byte: char| byte >= ' ' || matches!(byte, '\n' | '\t');
            let (open, close) =
                (text.matches("<testcase").count(), text.matches("</testcase>").count());
            text.starts_with("<?xml")
                && text.ends_with("</testsuites>\n")
                && text.chars().all(plain)
                && close <= open
        }
        _ => !text.trim().is_empty() && !text.contains('\u{1b}'),
    }
}

/// One challenge, proven as these words have it.
fn hold(fences: &[&str], trials: &str, format: &str) {
    let arguments = ["--step-limit", "2", "--trials", trials, "--format", format];
    let labproof = prove(&arguments, &challenge(fences), "files: { mine/a: b }\n");
    let (code, out, said) = ended(&labproof, Duration::from_secs(150));
    assert!(
        matches!(code, Some(0 | 1 | 3 | 4)) && well_formed(format, &out),
        "{fences:#?}\n{code:?}\n{out}{said}"
    );
    left::nothing(&labproof);
}

/// Some at a time: most of them wait.
fn all(cases: &[(Vec<&str>, &str, &str)]) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((fences, trials, format)) =
                    cases.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    hold(fences, trials, format);
                }
            });
        }
    });
}

/// What a learner leaves running ends with the world that it was started in, not with the lab: nobody in the next world
/// meets it, whatever it has thrown away.
#[test]
fn what_is_left_running_ends_with_its_world() {
    for daemon in [
        "nohup sh -c 'echo $$ >>PIDS; exec sleep 1000' >/dev/null 2>&1 & disown",
        "setsid sh -c 'echo $$ >>PIDS; exec sleep 1000' &",
        "( cd /; env -i setsid sh -c 'echo $$ >>PIDS; exec sleep 1000' & )",
        "( cd /; exec env -i setsid sh -c '( trap \"\" HUP INT TERM; sh -c \"echo \\$\\$ >>PIDS; exec sleep 1000\" & )' )",
        "( cd /; ulimit -S -f 1000; env -i sh -c 'setsid sh -c \"echo \\$\\$ >>PIDS; exec sleep 1000\" &' & )",
    ] {
        let arguments = ["--jobs", "1", "--trials", "before,walk,mutants", "--format", "json"];
        // Alive, or ended and still waited for: either way it is somebody's.
        let look = "for old in $(cat PIDS); do kill -0 $old && echo $old >>MET; done; count=$(wc -l <PIDS)";
        let wait = "until test $(wc -l <PIDS) -gt $count; do sleep 0.01; done";
        let labproof = prove(&arguments, "", "files: {}\n");
        let path = |name: &str| labproof.path(name).display().to_string();
        let fence = format!("touch ~/one\n{look}\n{daemon}\n{wait}");
        let fence = fence.replace("PIDS", &path("pids")).replace("MET", &path("met"));
        let labproof = labproof.file("it/assignment.md", challenge(&[&fence])).file("pids", "");
        let (code, out, said) = ended(&labproof, Duration::from_mins(1));
        assert_eq!(code, Some(0), "{daemon}\n{out}{said}");
        let started = std::fs::read_to_string(labproof.path("pids")).unwrap();
        assert!(started.lines().count() >= 3, "{daemon}: {started}");
        let met = std::fs::read_to_string(labproof.path("met")).unwrap_or_default();
        assert_eq!(met, "", "{daemon}: met again");
        left::nothing(&labproof);
    }
}

#[test]
fn every_rude_fence_alone() {
    let formats = ["json", "junit", "human"].into_iter().cycle();
    let rude = QUICK.iter().chain(HANGING).zip(formats);
    let cases = rude.map(|(fence, format)| {
        (vec!["touch ~/before", *fence, "touch ~/after"], "before,walk,harmless", format)
    });
    all(&cases.collect::<Vec<_>>());
}

#[test]
fn rude_fences_among_others_in_all_trials() {
    let mut prng = Prng(5);
    let cases = (0..16).map(|_| {
        let rude = format!("{}\n{}", prng.one(PLAIN), prng.one(QUICK));
        // Challenges are few: what is leaked here ends with the test.
        let rude: &'static str = rude.leak();
        let fences = vec![prng.one(PLAIN), prng.one(QUICK), rude, prng.one(PLAIN)];
        (fences, "before,walk,mutants,solutions,faults,harmless", prng.one(&["json", "junit"]))
    });
    all(&cases.collect::<Vec<_>>());
}
