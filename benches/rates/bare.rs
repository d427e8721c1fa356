//! The bare handler: what the HTTP server does with the same requests and as many bytes, and
//! nothing of ours around it. No service on it can be faster.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    web::{self, Bytes, Data},
};
use tokio::runtime::Runtime;

use crate::{
    client::{self, Plan, Requests, Run, drive},
    row::between,
    support::service::Service,
};

/// What the rows that are held against it call it.
pub const NAME: &str = "answers of a bare handler";

/// A bare handler that listens.
struct Bare {
    address: SocketAddr,
    server: ServerHandle,
}

/// Reads the request's body and answers JSON of a given length.
async fn answer(_: Bytes, body: Data<Bytes>) -> HttpResponse {
    let body = Bytes::clone(&body);
    HttpResponse::Ok().content_type("application/json").body(body)
}

impl Bare {
    /// Listens with so many workers; a body has `length` bytes.
    fn start(runtime: &Runtime, workers: usize, length: usize) -> Self {
        let body = Bytes::from(vec![b' '; length]);
        let (address, server) = runtime.block_on(async {
            let server = HttpServer::new(move || {
                let body = Data::new(body.clone());
                App::new().app_data(body).default_service(web::to(answer))
            })
            .workers(workers)
            .disable_signals()
            .backlog(4096)
            .bind("127.0.0.1:0")
            .expect("to listen");
            let address = server.addrs()[0];
            let server = server.run();
            let handle = server.handle();
            tokio::spawn(server);
            (address, handle)
        });
        Self { address, server }
    }

    fn stop(self, runtime: &Runtime) {
        runtime.block_on(self.server.stop(true));
    }

    /// One whose answers have as many bytes as these, heads included.
    fn like(runtime: &Runtime, workers: usize, bytes: f64, requests: &Requests) -> Self {
        const TRIED: usize = 1000;
        let probe = Self::start(runtime, workers, TRIED);
        let head = drive(probe.address, brief(), Arc::clone(requests)).bytes - TRIED as f64;
        probe.stop(runtime);
        Self::start(runtime, workers, (bytes - head).round().max(0.0) as usize)
    }
}

/// How often a second a bare handler answers these requests, sent in one moment, with as many bytes as the
/// service did: the mean of several times.
pub fn at_once(runtime: &Runtime, service: &Service, requests: &[Vec<u8>], bytes: f64) -> f64 {
    const TIMES: u32 = 5;
    let first = requests[0].clone();
    let probe: Requests = Arc::new(move |_| Some(first.clone()));
    let bare = Bare::like(runtime, service.app.core.config.http.workers, bytes, &probe);
    let runs: Vec<Run> = (0..TIMES)
        .map(|_| client::at_once(bare.address, requests.to_vec(), 200))
        .collect();
    bare.stop(runtime);
    for run in &runs {
        eprintln!(
            "  bare: {:.0}/s, {:.1} µs of processor time an answer, p99 {:.1} ms",
            run.rate,
            micros(run.cpu),
            run.p99.as_secs_f64() * 1000.0
        );
    }
    runs.iter().map(|run| run.rate).sum::<f64>() / f64::from(TIMES)
}

const fn brief() -> Plan {
    Plan {
        warm_up: Duration::ZERO,
        counted: Duration::from_secs(1),
        ..Plan::usual(200)
    }
}

/// The service's run with these requests, and how often a second a bare handler answers the same ones
/// with as many bytes.
pub fn against(runtime: &Runtime, service: &Service, requests: &Requests) -> (Run, f64) {
    let address = service.app.address;
    let bytes = drive(address, brief(), Arc::clone(requests)).bytes;
    let bare = Bare::like(runtime, service.app.core.config.http.workers, bytes, requests);
    let peer = || {
        let run = drive(bare.address, Plan::usual(200), Arc::clone(requests));
        eprintln!("  bare: {:.1} µs of processor time an answer", micros(run.cpu));
        run.rate
    };
    let measured = between(peer, || drive(address, Plan::usual(200), Arc::clone(requests)));
    eprintln!("  ours: {:.1} µs, {bytes:.0} bytes", micros(measured.0.cpu));
    bare.stop(runtime);
    measured
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
