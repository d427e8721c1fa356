//! Values as an operator writes them.

use proptest::prelude::*;

use super::*;

#[test]
fn public_urls() {
    for (text, kept, loopback) in [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", true),
        ("http://127.9.9.9", "http://127.9.9.9", true),
        ("http://localhost/", "http://localhost", true),
        ("http://[::1]:8080", "http://[::1]:8080", true),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", false),
        ("https://Vouchsafe.Example.org", "https://vouchsafe.example.org", false),
        (
            "https://localhost.example.org:8443",
            "https://localhost.example.org:8443",
            false,
        ),
        ("https://Example.org/Vouch/", "https://example.org/Vouch", false),
        (
            "https://example.org:8443/a/b-c",
            "https://example.org:8443/a/b-c",
            false,
        ),
    ] {
        let url: PublicUrl = text.parse().unwrap();
        assert_eq!(
            url.path(),
            kept.splitn(4, '/')
                .nth(3)
                .map(|path| format!("/{path}"))
                .unwrap_or_default()
        );
        assert_eq!((url.as_str(), url.is_loopback()), (kept, loopback), "{text}");
        assert_eq!(url.is_https(), text.starts_with("https"));
        assert_eq!(url.as_str().parse::<PublicUrl>().unwrap(), url);
    }
    for text in [
        "",
        "ftp://a",
        "a.example",
        "https://",
        "https:///",
        "https://a//",
        "https://a/b//",
        "https://a//b",
        "https://a/../b",
        "https://a/.",
        "https://a/%2e",
        "https://a/b c",
        "https://a/{code}",
        "https://a?b",
        "https://a#b",
        "https://u@a",
        "https://a:0",
        "https://a:65536",
        "https://a:+1",
        "https://a:",
        "https://a b",
        "https://-a",
        "https://a..b",
        "https://1.2.3",
        "https://1.2.3.4.5",
        "https://[::1",
        "https://[1.2.3.4]",
        "https://a\\b",
        "https://é.example",
    ] {
        assert!(text.parse::<PublicUrl>().is_err(), "{text}");
    }
}

#[test]
fn networks() {
    for (net, inside, outside) in [
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
        ("192.168.1.7", "192.168.1.7", "192.168.1.6"),
        ("192.168.1.128/25", "192.168.1.128", "192.168.1.127"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
        ("10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"),
        ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
    ] {
        let net: Network = net.parse().unwrap();
        assert!(net.contains(inside.parse().unwrap()), "{net} {inside}");
        assert!(!net.contains(outside.parse().unwrap()), "{net} {outside}");
        assert!(!net.is_everything());
    }
    assert!("0.0.0.0/0".parse::<Network>().unwrap().is_everything());
    assert!(
        "::/0"
            .parse::<Network>()
            .unwrap()
            .contains("2001:db8::1".parse().unwrap())
    );
    for text in [
        "",
        "10.0.0.0/33",
        "::/129",
        "10.0.0/8",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "host",
    ] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
}

#[test]
fn senders() {
    for (text, shown) in [
        ("no-reply@example.org", "no-reply@example.org"),
        ("Society <no-reply@example.org>", "Society <no-reply@example.org>"),
        ("\"A \\\"B\\\"\" <a@example.org>", "\"A \\\"B\\\"\" <a@example.org>"),
        ("分析学会 <a@example.org>", "分析学会 <a@example.org>"),
    ] {
        let sender: SenderAddress = text.parse().unwrap();
        assert_eq!(sender.to_string(), shown);
        assert_eq!(sender.to_string().parse::<SenderAddress>().unwrap().to_string(), shown);
    }
    for text in [
        "",
        "nobody",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "\"a b\"@example.org",
        "a@example.org, b@example.org",
        "A\r\nBcc: b@example.org <a@example.org>",
        "\"A\u{0}\" <a@example.org>",
    ] {
        assert!(text.parse::<SenderAddress>().is_err(), "{text:?}");
    }
    let long = format!("{} <a@example.org>", "界".repeat(101));
    assert!(long.parse::<SenderAddress>().is_err());
}

#[test]
fn greets_by_no_bare_name() {
    let sender: SenderAddress = "a@mail.example.org".parse().unwrap();
    for (url, name) in [
        ("https://vouch.example.org", "vouch.example.org"),
        ("https://vouch.example.org:8443", "vouch.example.org"),
        ("http://127.0.0.1:8080", "[127.0.0.1]"),
        ("http://[::1]:8080", "[IPv6:::1]"),
        ("https://[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("http://localhost:8080", "mail.example.org"),
        ("https://vouchsafe", "mail.example.org"),
    ] {
        let hello = HelloName::of(&url.parse().unwrap(), &sender);
        assert_eq!(hello.to_string(), name, "{url}");
        assert_eq!(hello.to_string().parse::<HelloName>().unwrap(), hello);
    }
    for text in [
        "",
        "localhost",
        "mailhost",
        "192.0.2.1",
        "[192.0.2]",
        "::1",
        "[::1]",
        "a b.example",
        "a..example",
        "[IPv6:1]",
    ] {
        assert!(text.parse::<HelloName>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_network_holds_just_what_shares_its_prefix(net: u32, prefix in 0u8..=32, peer: u32) {
        let network: Network = format!("{}/{prefix}", Ipv4Addr::from_bits(net)).parse().unwrap();
        let mask = if prefix == 0 { 0 } else { u32::MAX << (32 - u32::from(prefix)) };
        prop_assert_eq!(network.contains(Ipv4Addr::from_bits(peer).into()), net & mask == peer & mask);
        prop_assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
    }

    #[test]
    fn no_text_is_a_url_that_is_not_one_again(text in "https?://[a-zA-Z0-9\\.:\\[\\]/-]{0,20}") {
        if let Ok(url) = text.parse::<PublicUrl>() {
            prop_assert_eq!(url.as_str().parse::<PublicUrl>().unwrap(), url.clone());
        }
    }
}
