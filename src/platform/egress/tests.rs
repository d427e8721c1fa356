//! What is refused before a packet leaves; whatever is reached here is on loopback.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

const LIMITS: Limits = Limits {
    time: Duration::from_secs(2),
    bytes: 1000,
};

fn config(networks: &[&str]) -> EgressConfig {
    EgressConfig {
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        ..EgressConfig::default()
    }
}

fn egress(networks: &[&str]) -> Egress {
    Egress::new(&config(networks)).unwrap()
}

#[test]
fn what_is_no_address_of_the_internet_is_refused_unless_listed() {
    let nothing = egress(&[]);
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::10.0.0.1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert!(!nothing.networks.allow(address), "{address}");
    }
    for address in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00::1",
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert!(nothing.networks.allow(address), "{address}");
        let closed = EgressConfig {
            internet: false,
            ..EgressConfig::default()
        };
        assert!(!Networks::new(&closed).allow(address), "{address}");
    }
    let some = egress(&["10.0.0.0/8", "fd00::/8", "0.0.0.0/8"]);
    for (address, allowed) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("64:ff9b::10.1.2.3", true),
        ("11.0.0.1", true),
        ("fd12::1", true),
        ("127.0.0.1", false),
        ("fe80::1", false),
        // Listed, and yet this machine: a connection to it would be one to loopback.
        ("0.0.0.0", false),
        ("::", false),
    ] {
        assert_eq!(some.networks.allow(address.parse().unwrap()), allowed, "{address}");
    }
}

#[test]
fn every_form_of_an_address_is_the_address() {
    let nothing = egress(&[]);
    for url in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0x7f.1:8443/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://0/",
        "https://0xa9fea9fe/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://10.0.0.7:7889/admin",
        "http://127.0.0.1/",
        "http://[::1]:7088/admin",
        "http://[::ffff:127.0.0.1]/",
    ] {
        assert_eq!(nothing.check(url), Err(Refused::Address), "{url}");
    }
    let here = egress(&["127.0.0.0/8", "::1"]);
    for url in [
        "http://127.0.0.1:7088/admin",
        "http://2130706433/",
        "http://[::1]:7088/admin",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost:7088/admin",
        "http://janus.localhost/",
        "https://127.0.0.1/",
        "https://rooms.example.org:7889/admin",
        "HTTPS://ROOMS.EXAMPLE.ORG",
        "https://1.1.1.1/",
        "https://xn--bcher-kva.example/",
    ] {
        assert_eq!(here.check(url), Ok(()), "{url}");
    }
    for url in [
        "http://rooms.example.org/",
        "http://10.0.0.7:7088/admin",
        "http://localhost.example.org/",
        "http://localhostx/",
        "ftp://127.0.0.1/",
        "ws://127.0.0.1/",
        "wss://rooms.example.org/",
        "gopher://127.0.0.1:70/x",
    ] {
        assert_eq!(here.check(url), Err(Refused::Scheme), "{url}");
    }
    let long = format!("https://rooms.example.org/{}", "x".repeat(LONGEST));
    for url in [
        "",
        "rooms.example.org",
        "//rooms.example.org",
        "https:rooms.example.org",
        "https://",
        "https://:443",
        "file:///etc/passwd",
        "unix:/run/docker.sock",
        "https://user@rooms.example.org/",
        "https://user:secret@rooms.example.org/",
        "https://@rooms.example.org/",
        "https://rooms.example.org/?x=1",
        "https://rooms.example.org/#x",
        "https://rooms.example.org:0/",
        "https://rooms.example.org:65536/",
        "https://rooms.example.org\\@127.0.0.1/",
        "https://rooms.exa\tmple.org/",
        " https://rooms.example.org/",
        "https://rooms.example.org/\n",
        "https://räume.example.org/",
        &long,
    ] {
        assert_eq!(here.check(url), Err(Refused::Form), "{url}");
    }
    for (url, said) in [
        ("https://rooms.example.org/janus", Ok(())),
        ("wss://rooms.example.org/", Ok(())),
        ("ws://127.0.0.1:8188", Ok(())),
        ("http://localhost:8088/janus", Ok(())),
        // Nobody goes there from here.
        ("https://10.0.0.7/janus", Ok(())),
        ("ws://rooms.example.org/", Err(Refused::Scheme)),
        ("http://10.0.0.7/janus", Err(Refused::Scheme)),
        ("javascript:alert(1)", Err(Refused::Form)),
    ] {
        assert_eq!(check_for_others(url), said, "{url}");
    }
}

/// A server on loopback that answers each request with `answer`, and counts connections.
async fn serve(answer: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            if stream.read(&mut buffer).await.is_ok() {
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    (port, count)
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// What each name leads to, one list of addresses after the other.
fn names(lists: Vec<Vec<&str>>) -> (LookUp, Arc<AtomicUsize>) {
    let lists = lists
        .into_iter()
        .map(|list| list.iter().map(|one| one.parse().unwrap()).collect());
    let left: Mutex<Vec<Vec<IpAddr>>> = Mutex::new(lists.rev().collect());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let look_up: LookUp = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        let next = left.lock().unwrap().pop().unwrap_or_default();
        Box::pin(async move { Ok(next) })
    });
    (look_up, asked)
}

async fn ask(egress: &Egress, url: String) -> Result<Answer, Failure> {
    egress.post(&url, "application/json", b"{}".to_vec(), LIMITS).await
}

#[tokio::test]
async fn every_address_of_a_name_must_be_allowed() {
    let astray = Failure::Unreachable("its name leads to an address that egress.networks does not list");
    let (port, connections) = serve(http("200 OK", "", "{}")).await;
    for addresses in [
        vec!["127.0.0.1", "10.0.0.1"],
        vec!["10.0.0.1", "127.0.0.1"],
        vec!["127.0.0.1", "::ffff:169.254.169.254"],
        vec!["127.0.0.1", "fe80::1"],
        // Allowed, and not this machine: not by plain http.
        vec!["127.0.0.1", "1.1.1.1"],
    ] {
        let (look_up, _) = names(vec![addresses.clone()]);
        let egress = Egress::with(&config(&["127.0.0.0/8"]), look_up).unwrap();
        let failed = ask(&egress, format!("http://janus.localhost:{port}/"))
            .await
            .unwrap_err();
        assert_eq!(failed, astray, "{addresses:?}");
    }
    let (look_up, _) = names(vec![vec!["127.0.0.1"]]);
    let nowhere = Egress::with(&config(&[]), look_up).unwrap();
    assert_eq!(
        ask(&nowhere, format!("http://localhost:{port}/")).await.unwrap_err(),
        astray
    );
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_is_resolved_once_for_a_connection_and_again_for_the_next() {
    let (port, connections) = serve(http("200 OK", "", "{}")).await;
    // It leads here, and the next time where it may not.
    let (look_up, asked) = names(vec![vec!["127.0.0.1"], vec!["10.0.0.1"]]);
    let egress = Egress::with(&config(&["127.0.0.0/8"]), look_up).unwrap();
    let url = format!("http://janus.localhost:{port}/");
    assert_eq!(ask(&egress, url.clone()).await.unwrap().status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(ask(&egress, url).await.is_err());
    assert_eq!(
        (asked.load(Ordering::SeqCst), connections.load(Ordering::SeqCst)),
        (2, 1)
    );
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_answer_is_endless() {
    let egress = egress(&["127.0.0.0/8"]);
    let (elsewhere, reached) = serve(http("200 OK", "", "{}")).await;
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!("Location: http://127.0.0.1:{elsewhere}/\r\n");
        let (port, _) = serve(http(status, &location, "")).await;
        let answer = ask(&egress, format!("http://127.0.0.1:{port}/")).await.unwrap();
        assert_eq!(answer.status.to_string(), status[..3]);
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);

    let (port, _) = serve(http("200 OK", "", &"x".repeat(1000))).await;
    assert_eq!(
        ask(&egress, format!("http://127.0.0.1:{port}/"))
            .await
            .unwrap()
            .body
            .len(),
        1000
    );
    let (port, _) = serve(http("200 OK", "", &"x".repeat(1001))).await;
    assert_eq!(
        ask(&egress, format!("http://127.0.0.1:{port}/")).await.unwrap_err(),
        Failure::TooLong
    );
    // Says that more will come, and is silent.
    let (port, _) = serve("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nx".to_owned()).await;
    assert!(ask(&egress, format!("http://127.0.0.1:{port}/")).await.is_err());
    let refused = ask(&egress, "http://10.0.0.1/".to_owned()).await.unwrap_err();
    assert_eq!(refused, Failure::Refused(Refused::Scheme));
    let refused = ask(&egress, "https://10.0.0.1/".to_owned()).await.unwrap_err();
    assert_eq!(refused, Failure::Refused(Refused::Address));
}
