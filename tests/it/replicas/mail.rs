//! Mail leaves once: a worker is killed or frozen after the mail server has taken its letter, before that is
//! written down. The letter is sent again, the same in every byte.

use std::time::Duration;

use tokio::{task::block_in_place, time::sleep};

use super::{World, friend, until};
use crate::{
    mail::together::letters_to,
    support::{
        smtp::{SmtpServer, header},
        turnstile::Turnstile,
    },
};

const WAITING: &str = "SELECT count(*) AS n FROM outbox WHERE state <> 'sent'";

/// The letter to somebody, each time it was taken, byte by byte.
fn taken(smtp: &SmtpServer, whom: &str) -> Vec<Vec<u8>> {
    let mails = smtp.mails();
    let theirs = mails.iter().filter(|mail| header(mail, "X-Envelope-To") == whom);
    theirs.map(|mail| mail.raw_message().to_vec()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_sent_again_is_the_same_letter() {
    let smtp = block_in_place(SmtpServer::start);
    let (world, []) = World::with([], |home| home.with_smtp(&smtp)).await;
    let mut replicas = vec![world.plan("a").start().await, world.plan("b").start().await];
    let mut turnstile = Turnstile::before(&world.db, "UPDATE ON outbox FOR EACH ROW WHEN (NEW.state = 'sent')");
    for (round, frozen) in [false, true, false, true].into_iter().enumerate() {
        let whom = format!("friend-{round}@vouch.example.org");
        turnstile.close();
        replicas[0]
            .post(&world.owner, "/v1/me/invites", friend(round))
            .await
            .expect(201);
        let holder = turnstile.holds().await;
        assert_eq!(taken(&smtp, &whom).len(), 1, "the server has it, the books do not");
        block_in_place(|| {
            world
                .db
                .run("CREATE TABLE lapsing AS SELECT claim FROM outbox WHERE claim IS NOT NULL")
        });
        let place = replicas.iter().position(|replica| replica.name() == holder).unwrap();
        let holder = replicas.remove(place);
        let plan = holder.plan();
        let asleep = if frozen {
            holder.freeze().await;
            Some(holder)
        } else {
            holder.kill();
            None
        };
        turnstile.open();
        // Five minutes are over, for that claim. This waits until a frozen holder's transaction is ended.
        block_in_place(|| {
            world.db.run(
                "UPDATE outbox SET due_at = 0 WHERE state = 'waiting' AND claim IN (SELECT claim FROM lapsing); \
                 DROP TABLE lapsing",
            );
        });
        until("the other sends it", async || {
            block_in_place(|| world.db.figures(WAITING)) == [0]
        })
        .await;
        let back = match asleep {
            Some(holder) => {
                holder.signal("CONT");
                until("it finds its claim gone", async || {
                    holder.log().contains("a claim ran out before its outcome")
                })
                .await;
                holder
            }
            None => plan.start().await,
        };
        replicas.insert(place, back);
        // Whoever would send it a third time has had the time to.
        sleep(Duration::from_millis(600)).await;
        let letters = taken(&smtp, &whom);
        assert_eq!(letters.len(), 2, "to {whom}");
        assert!(letters[0] == letters[1], "to {whom}: not the same bytes");
        assert_eq!(block_in_place(|| world.db.figures(WAITING)), [0]);
    }
    // With nothing in the way, each letter leaves once, whoever carries it.
    for n in 10..60 {
        replicas[n % 2]
            .post(&world.owner, "/v1/me/invites", friend(n))
            .await
            .expect(201);
    }
    until("all are sent", async || {
        block_in_place(|| {
            world
                .db
                .figures("SELECT count(*) AS n FROM outbox WHERE state = 'sent'")
        }) == [54]
    })
    .await;
    let each: Vec<usize> = (10..60)
        .map(|n| taken(&smtp, &format!("friend-{n}@vouch.example.org")).len())
        .collect();
    assert!(each.iter().all(|&times| times == 1), "{each:?}");
}

/// Members invite one address at two replicas while no letter leaves: whichever replica sends it, one letter tells of all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invites_to_one_address_at_two_replicas_share_a_letter() {
    let mut smtp = block_in_place(SmtpServer::start);
    let (world, members) = World::with(["ann", "bob", "cat"], |home| home.with_smtp(&smtp)).await;
    let replicas = [world.plan("a").start().await, world.plan("b").start().await];
    block_in_place(|| smtp.stop());
    let figures = async |sql: &str| block_in_place(|| world.db.figures(sql));
    let failed = "SELECT count(*) AS n FROM outbox WHERE claim IS NULL AND last_error IS NOT NULL";
    let mut invites = Vec::new();
    for (n, member) in members.iter().enumerate() {
        let made = replicas[n % 2]
            .post(&member.token, "/v1/me/invites", friend(0))
            .await
            .expect(201);
        invites.push(made["id"].clone());
        until("it is told of", async || match n {
            0 => figures(failed).await == [1],
            n => figures("SELECT count(*) AS n FROM letter_subjects").await == [n as i64],
        })
        .await;
    }
    block_in_place(|| {
        smtp.start_again();
        world.db.run("UPDATE outbox SET due_at = 0 WHERE claim IS NULL");
    });
    until("it leaves", async || figures(WAITING).await == [0]).await;
    let letters = letters_to(&smtp, "friend-0@vouch.example.org");
    assert_eq!(
        (letters.len(), letters[0].matches("invites you, until").count()),
        (1, 3),
        "{letters:?}"
    );
    for (n, member) in members.iter().enumerate() {
        let listed = replicas[n % 2].get(&member.token, "/v1/me/invites").await.expect(200);
        assert_eq!(
            (&listed["items"][0]["id"], &listed["items"][0]["delivery"]),
            (&invites[n], &"sent".into())
        );
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    }
}
