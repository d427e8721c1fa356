//! Long work is seen while it is under way, ended by an admin, and taken up again.

use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;
use tokio::sync::oneshot;
use vouchsafe::{
    commands::import::{self, Ended, History, plan},
    platform::{
        jobs,
        terms::{Clock, Role, SystemClock},
    },
};

use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        service::text,
    },
};

/// A chain of so many people, each of whom lets the next one in.
fn chain(people: u64) -> String {
    let rows = (1..people).map(|who| format!("{who},{},1,{}\n", who + 1, 1_300_000_000 + who));
    std::iter::once("from,to,rating,time\n".to_owned())
        .chain(rows)
        .collect()
}

on_both! {
    async fn a_job_is_seen_cancelled_and_taken_up_again(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let core = &service.app.core;
        let text_of = chain(1001);
        let history = History::read(text_of.as_bytes(), SystemClock.now()).unwrap();
        let path = format!("/v1/admin/jobs/{}", jobs::id_of(&history.digest));
        service.get(owner, &path).await.refused(404, "not-found");

        // Stopped after its first transaction.
        let (stop, stopped) = oneshot::channel::<()>();
        let mut stop = Some(stop);
        let planned = plan(&history);
        let ended = import::replay(&core.ledger, &core.vault, history, planned, async { stopped.await.unwrap() }, |_| {
            stop.take().unwrap().send(()).unwrap();
        });
        let Ended::Stopped(first) = ended.await.unwrap() else { panic!("it did not stop") };
        let seen = service.get(owner, &path).await.expect(200);
        assert_eq!((&seen["kind"], &seen["state"]), (&json!("import"), &json!("open")));
        assert_eq!((&seen["steps"], &seen["done"]), (&json!(1000), &json!(first)));
        assert!(seen.get("report").is_none() && seen.get("created_by").is_none());
        let listed = service.get(owner, "/v1/admin/jobs").await.expect(200);
        assert_eq!(listed["items"], json!([seen]));

        // One row for each who joined, in pages that hold each once.
        let (mut names, mut next) = (Vec::new(), String::new());
        loop {
            let page = service.get(owner, &format!("{path}/outcomes?limit=200{next}")).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                assert_eq!(item["outcome"], "joined");
                assert!(text(&item["person"]).starts_with("person_"));
                names.push(text(&item["item"]));
            }
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!((names.len(), all as u64), (all, first + 1));

        // An auditor reads, and an admin cancels.
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        service.get(&auditor, &path).await.expect(200);
        let cancel = format!("{path}/cancel");
        service.call(Method::POST, &auditor, &cancel, None).await.refused(403, "forbidden");
        for _ in 0..2 {
            let cancelled = service.call(Method::POST, &admin, &cancel, None).await.expect(200);
            assert_eq!(cancelled["state"], "cancelled");
        }
        let count = |kind: &str| db.figures(&format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}'"))[0];
        assert_eq!(count("job_cancelled"), 1);

        // Cancelled while it runs, it takes no further step; run again, it goes on to its end.
        let (told, so_far) = (Arc::new(Mutex::new(None)), oneshot::channel::<()>());
        *told.lock().unwrap() = Some(so_far.0);
        let (ledger, vault, words) = (core.ledger.clone(), core.vault.clone(), text_of.clone());
        let running = tokio::spawn(async move {
            let history = History::read(words.as_bytes(), SystemClock.now()).unwrap();
            let planned = plan(&history);
            import::replay(&ledger, &vault, history, planned, std::future::pending(), |_| {
                // Whoever cancels it is answered before the next step is asked for.
                if let Some(sender) = told.lock().unwrap().take() {
                    sender.send(()).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(700));
                }
            })
            .await
        });
        so_far.1.await.unwrap();
        service.call(Method::POST, &admin, &cancel, None).await.expect(200);
        let Ended::Cancelled(done) = running.await.unwrap().unwrap() else { panic!("it was not cancelled") };
        assert!(first < done && done < 1000, "{done}");
        assert_eq!((count("job_resumed"), count("job_cancelled")), (1, 2));
        let history = History::read(text_of.as_bytes(), SystemClock.now()).unwrap();
        let planned = plan(&history);
        let ended = import::replay(&core.ledger, &core.vault, history, planned, std::future::pending(), |_| ()).await;
        assert_eq!(ended.unwrap(), Ended::Done);
        let seen = service.get(owner, &path).await.expect(200);
        assert_eq!((&seen["state"], &seen["done"], &seen["report"]["rows"]), (&json!("done"), &json!(1000), &json!(1000)));
        service.call(Method::POST, &admin, &cancel, None).await.refused(409, "job-done");
        service.get(owner, &format!("{path}/outcomes?limit=0")).await.refused(400, "invalid-field");
        scene.service.stop().await;
    }
}
