//! PostgreSQL by TLS, as the operator's guide tells to ask for it.

use std::{fs, path::Path, time::Duration};

use tokio::time::sleep;
use vouchsafe::platform::{ledger::Ledger, terms::Role};

use crate::support::{db::Database, postgres::PrivateCluster, service::Home, smtp::make_certificates};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_spoken_to_by_tls_and_its_certificate_is_checked() {
    let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_certificates(ours.path());
    make_certificates(others.path());
    let cluster = PrivateCluster::start();
    let plain = cluster.database("template1");
    let with = |options: &str| Database::at(&format!("{plain}?{options}"));
    let rooted = |folder: &Path| format!("sslmode=verify-full&sslrootcert={}", folder.join("ca.pem").display());

    let refused = |options: &str| Ledger::migrate(&with(options).target()).unwrap_err().to_string();
    assert!(
        refused("sslmode=require").contains("SSL"),
        "a server without TLS is taken"
    );

    cluster.secure(ours.path());
    let db = with(&rooted(ours.path()));
    // The server reads its settings anew in its own time.
    let mut tries = 0;
    while let Err(error) = Ledger::migrate(&db.target()) {
        tries += 1;
        assert!(tries < 500, "{error}: {}", cluster.log());
        sleep(Duration::from_millis(20)).await;
    }
    let service = Home::new(&db, "real-name").start().await;
    let ada = service.found("ada@example.org", Role::Member, None).await;
    let token = service.token(ada.row).await;
    assert_eq!(
        service.get(&token, "/v1/me").await.expect(200)["id"],
        ada.id.to_string()
    );
    let in_the_clear = "SELECT COUNT(*) FILTER (WHERE NOT ssl) AS n FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
        WHERE application_name = 'vouchsafe' UNION ALL \
        SELECT LEAST(COUNT(*) FILTER (WHERE ssl), 1) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
        WHERE application_name = 'vouchsafe'";
    assert_eq!(db.figures(in_the_clear), [0, 1]);
    service.stop().await;

    // Another authority, no authority, another name.
    let told = refused(&rooted(others.path()));
    assert!(told.contains("certificate verify failed"), "{told}");
    fs::write(others.path().join("ca.pem"), "").unwrap();
    refused(&rooted(others.path()));
    let elsewhere = plain.replace("@127.0.0.1:", "@db.example.org:");
    let elsewhere = Database::at(&format!("{elsewhere}?hostaddr=127.0.0.1&{}", rooted(ours.path())));
    let told = Ledger::migrate(&elsewhere.target()).unwrap_err().to_string();
    assert!(told.contains("does not match host name"), "{told}");
    // Without a look at the certificate, TLS is all that is asked for.
    assert_eq!(
        Ledger::migrate(&with("sslmode=require").target()).unwrap(),
        Vec::<String>::new()
    );
}
