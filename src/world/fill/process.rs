//! A client that is given its input and ends within a time.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What a client left.
pub(super) struct Ran {
    pub(super) success: bool,
    pub(super) stderr: String,
}

/// A client as the lab calls it, to be given its input.
pub(super) fn client(command: std::process::Command) -> Command {
    let mut command = Command::from(command);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs it, `program` in messages, to its end; killed when the time is over.
pub(super) async fn run(
    program: &str,
    command: &mut Command,
    input: &str,
    limit: Duration,
) -> Result<Ran, String> {
    let mut child = command.spawn().map_err(|error| format!("`{program}`: {}", error.kind()))?;
    let mut stdin = child.stdin.take();
    let write = async {
        if let Some(stdin) = &mut stdin {
            // A client that ends early says why itself.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        drop(stdin);
    };
    let both = async { tokio::join!(write, child.wait_with_output()).1 };
    let output = match tokio::time::timeout(limit, both).await {
        Ok(output) => output.map_err(|error| format!("`{program}`: {}", error.kind()))?,
        Err(_) => return Err(format!("`{program}` did not end within {} s", limit.as_secs())),
    };
    Ok(Ran {
        success: output.status.success(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
