//! A load generator that costs next to nothing: requests are bytes made beforehand, and of an answer
//! only the status and the length are read. One thread drives all connections.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::LocalSet,
};

/// Connections that a row's clients hold.
pub const CLIENTS: usize = 64;

/// Makes the nth request; none ends the run.
pub type Requests = Arc<dyn Fn(usize) -> Option<Vec<u8>> + Send + Sync>;

/// What a run came to, without its warm-up.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Answers a second, all with the status that was demanded.
    pub rate: f64,
    /// How many answers that was.
    pub answers: u64,
    /// The median of how long an answer took.
    pub p50: Duration,
    /// Of a hundred answers, 99 came within this.
    pub p99: Duration,
    /// Bytes of an answer with its head, on average.
    pub bytes: f64,
    /// Processor time of an answer: the whole process's, so the client's and the service's.
    pub cpu: Duration,
}

/// How a run is made.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Connections, each with one request under way.
    pub clients: usize,
    /// Not counted.
    pub warm_up: Duration,
    /// Counted.
    pub counted: Duration,
    /// The status of every answer.
    pub status: u16,
}

impl Plan {
    /// Two seconds of warm-up, ten counted.
    pub const fn usual(status: u16) -> Self {
        Self {
            clients: CLIENTS,
            warm_up: Duration::from_secs(2),
            counted: Duration::from_secs(10),
            status,
        }
    }
}

/// A GET, with a bearer token.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// A POST of a form, with these credentials.
pub fn form(path: &str, authorization: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A POST of `body`, with a bearer token.
pub fn post(path: &str, token: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{more}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends `requests` until they end or the time is over; waits for the answers under way.
pub fn drive(address: SocketAddr, plan: Plan, requests: Requests) -> Run {
    let driver = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        LocalSet::new().block_on(&runtime, run(address, plan, requests))
    });
    driver.join().expect("the load to be driven")
}

async fn run(address: SocketAddr, plan: Plan, requests: Requests) -> Run {
    let next = Arc::new(AtomicUsize::new(0));
    let (counting, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (count, last) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let bytes = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..plan.clients {
        let (next, requests) = (Arc::clone(&next), Arc::clone(&requests));
        let (counting, over) = (Arc::clone(&counting), Arc::clone(&over));
        let (count, last, bytes) = (Arc::clone(&count), Arc::clone(&last), Arc::clone(&bytes));
        clients.push(tokio::task::spawn_local(async move {
            let mut stream = TcpStream::connect(address).await.expect("to connect");
            stream.set_nodelay(true).expect("a socket option");
            let (mut buffer, mut times) = (Vec::with_capacity(8192), Vec::new());
            while !over.load(Ordering::Relaxed) {
                let Some(request) = requests(next.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                let sent = Instant::now();
                stream.write_all(&request).await.expect("to send");
                let status = answer(&mut stream, &mut buffer).await;
                assert_eq!(status, plan.status, "{}", String::from_utf8_lossy(&buffer));
                if counting.load(Ordering::Relaxed) && !over.load(Ordering::Relaxed) {
                    times.push(sent.elapsed());
                    count.fetch_add(1, Ordering::Relaxed);
                    bytes.fetch_add(buffer.len() as u64, Ordering::Relaxed);
                    last.store(begun.elapsed().as_micros() as u64, Ordering::Relaxed);
                }
            }
            times
        }));
    }
    tokio::time::sleep(plan.warm_up).await;
    let (from, cpu_from) = (begun.elapsed(), cpu());
    counting.store(true, Ordering::Relaxed);
    let deadline = Instant::now() + plan.counted;
    while Instant::now() < deadline && clients.iter().any(|client| !client.is_finished()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    over.store(true, Ordering::Relaxed);
    let spent = cpu() - cpu_from;
    let until = Duration::from_micros(last.load(Ordering::Relaxed));
    let answers = count.load(Ordering::Relaxed);
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("a client"));
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Run {
        rate: answers as f64 / until.saturating_sub(from).as_secs_f64(),
        answers,
        p50: at(0.5),
        p99: at(0.99),
        bytes: bytes.load(Ordering::Relaxed) as f64 / answers as f64,
        cpu: spent.div_f64(answers as f64),
    }
}

/// Sends all `requests` in one moment, each over a connection of its own that is open already; the rate is
/// theirs from the first byte sent to the last answer.
pub fn at_once(address: SocketAddr, requests: Vec<Vec<u8>>, status: u16) -> Run {
    let driver = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        LocalSet::new().block_on(&runtime, all(address, requests, status))
    });
    driver.join().expect("the load to be driven")
}

async fn all(address: SocketAddr, requests: Vec<Vec<u8>>, status: u16) -> Run {
    let mut streams = Vec::with_capacity(requests.len());
    for _ in &requests {
        let stream = TcpStream::connect(address).await.expect("to connect");
        stream.set_nodelay(true).expect("a socket option");
        streams.push(stream);
    }
    // Until each connection is at its worker.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (begun, cpu_from) = (Instant::now(), cpu());
    let clients: Vec<_> = requests
        .into_iter()
        .zip(streams)
        .map(|(request, mut stream)| {
            tokio::task::spawn_local(async move {
                stream.write_all(&request).await.expect("to send");
                let mut buffer = Vec::with_capacity(2048);
                let met = answer(&mut stream, &mut buffer).await;
                assert_eq!(met, status, "{}", String::from_utf8_lossy(&buffer));
                (begun.elapsed(), buffer.len())
            })
        })
        .collect();
    let (mut times, mut bytes) = (Vec::with_capacity(clients.len()), 0);
    for client in clients {
        let (time, length) = client.await.expect("a client");
        times.push(time);
        bytes += length;
    }
    let spent = cpu() - cpu_from;
    times.sort();
    let (count, last) = (times.len(), times[times.len() - 1]);
    let at = |share: f64| times[((count - 1) as f64 * share) as usize];
    Run {
        rate: count as f64 / last.as_secs_f64(),
        answers: count as u64,
        p50: at(0.5),
        p99: at(0.99),
        bytes: bytes as f64 / count as f64,
        cpu: spent.div_f64(count as f64),
    }
}

/// Processor time of this process so far, in ticks of 10 ms (`proc_pid_stat(5)`).
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    // After the name, which may hold anything: fields 3 and on; utime and stime are 14 and 15.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

/// Reads one answer into `buffer`, whole; its status. The service always says the length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> u16 {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.expect("an answer");
        assert!(read > 0, "the service hung up");
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.trim().parse().expect("a length"));
        if buffer.len() >= head + 4 + length {
            return text[9..12].parse().expect("a status");
        }
    }
}
