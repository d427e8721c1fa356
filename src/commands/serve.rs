//! `vouchsafe serve`: runs the service until it is told to stop.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    app::{App, Parts, StartError},
    platform::config::Config,
};

/// Serves until SIGINT or SIGTERM, then drains and returns. What it prints goes to `out`.
///
/// # Errors
/// [`StartError`], before anything was served.
pub async fn run(config: Config, out: &mut impl Write) -> Result<(), StartError> {
    let app = App::start(config, Parts::default()).await?;
    until_told(app, out).await
}

/// Runs what is started until SIGINT or SIGTERM. After SIGTERM it first stays for the load balancer to
/// notice; a further signal ends that wait, and one during the drain ends everything at once.
pub async fn until_told(app: App, out: &mut impl Write) -> Result<(), StartError> {
    let setup = |error: io::Error| StartError::Setup(format!("signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(setup)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(setup)?;
    tracing::info!(address = %app.address, "serving");
    // Whether anybody reads it or not, the service runs.
    let _ = writeln!(out, "serving on http://{}, Ctrl-C stops", app.address);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {
            let seconds = app.core.config.http.unready_seconds;
            let _ = writeln!(out, "not ready from now on: requests are taken for {seconds} s more");
            tokio::select! {
                () = app.withdraw() => {}
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
    }
    let _ = writeln!(out, "stopping: requests under way are ended");
    tokio::select! {
        () = app.stop() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
