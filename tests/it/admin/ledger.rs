//! The ledger as it is shown and verified.

use vouchsafe::{
    admin, commands,
    platform::{
        ledger::{self, Filter},
        terms::Role,
    },
};

use super::community::Community;
use crate::support::db::{Database, on_both};

on_both! {
    /// People have their public ids in every event, and the filters find what they name.
    async fn events_are_shown_with_public_ids(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.admit(&owner, "member").await;
        community.vouch(&owner, &member).await;
        let ban = community.ban(&owner, &member).await.unwrap();

        let shown = async |filter: Filter, before| {
            let read = community.ledger.store().read(move |conn| {
                let entries = ledger::search(conn, &filter, before, 10)?;
                admin::happened(conn, &entries)
            });
            serde_json::to_value(read.await.unwrap()).unwrap()
        };
        let all = shown(Filter::default(), None).await;
        let kinds: Vec<_> = all.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["person_banned", "vouched", "member_admitted", "person_founded"]);
        let banned = &all[0];
        let (owner_id, member_id) = (owner.id.to_string(), member.id.to_string());
        assert_eq!(banned["actor"]["person"], owner_id);
        assert_eq!(banned["subject"], member_id);
        assert_eq!(banned["details"]["person"], member_id);
        assert_eq!(banned["details"]["sanction"], ban.id.to_string());
        assert_eq!(banned["details"]["reason"], "spam");
        assert_eq!(all[1]["details"]["from"], owner_id);
        assert_eq!(all[1]["details"]["to"], member_id);
        assert_eq!((&all[2]["actor"], &all[2]["details"]["inviter"]), (&"newcomer".into(), &owner_id.into()));
        assert_eq!(all[3]["actor"], "operator");

        let by_owner = Filter { actor: Some(owner.row), ..Filter::default() };
        assert_eq!(shown(by_owner, None).await.as_array().unwrap().len(), 2);
        let on_member = Filter { subject: Some(member.row), kind: Some("vouched".into()), ..Filter::default() };
        assert_eq!(shown(on_member, None).await[0]["number"], 3);
        assert_eq!(shown(Filter::default(), Some(3)).await[0]["number"], 2);
    }

    /// The command says what does not hold, and that it does not.
    async fn the_command_line_verifies(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        community.admit(&owner, "member").await;
        let store = community.ledger.store();
        let verify = async || {
            let mut out = Vec::new();
            let holds = commands::audit::verify(store, &mut out).await.unwrap();
            (holds, String::from_utf8(out).unwrap())
        };
        let (holds, text) = verify().await;
        assert!(holds && text.starts_with("the ledger holds: 2 events, head "), "{text}");
        db.run("UPDATE events SET body = REPLACE(body, 'owner', 'admin') WHERE kind = 'person_founded'");
        let (holds, text) = verify().await;
        assert!(!holds, "{text}");
        assert!(text.contains("position 1: its hash does not follow from its content"), "{text}");
        assert!(text.contains("the ledger does not hold; 1 events do"), "{text}");
    }
}
