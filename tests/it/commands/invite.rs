//! Invites of a member, by whoever has a shell: the same commands as over HTTP.

use std::fs;

use serde_json::{Value, json};
use vouchsafe::{
    commands::{
        all_invites::{self, AllInvites, Group},
        invite::{Besides, InviteError, Invites, Wanted},
    },
    invites::InviteState,
    platform::{
        ledger::events::{InviteKind, RevokeReason},
        terms::{InviteId, Role},
    },
};

use crate::{
    http::{Scene, nobody},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

on_both! {
    async fn a_member_s_invites_by_the_command_line(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (ann, token) = scene.member("ann", Role::Admin).await;
        let core = &scene.service.app.core;
        let (issuer, link) = (core.invite_issuer(), core.join_link().unwrap());
        let invites = Invites { ledger: &core.ledger, vault: &core.vault, policy: &core.policy, issuer: &issuer, link: &link };
        let by = ann.id.to_string();

        let mut said = Vec::new();
        invites.new_invite(&by, Wanted { to: None, uses: 2, hours: Some(5), besides: Besides::default() }, &mut said).await.unwrap();
        let line = String::from_utf8(said).unwrap();
        let (id, url) = line.trim().split_once(' ').unwrap();
        let id: InviteId = id.parse().unwrap();
        let code = url.rsplit(['/', '#', '=']).next().unwrap();
        let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(preview["inviter"]["id"], by);
        let listed = scene.service.get(&token, "/v1/me/invites").await.expect(200);
        assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["url"]), (&id.to_string().into(), &url.into()));

        let mut said = Vec::new();
        let email = Some("grace@example.org".to_owned());
        invites.new_invite(&by, Wanted { to: email, uses: 1, hours: None, besides: Besides::default() }, &mut said).await.unwrap();
        let addressed: InviteId = String::from_utf8(said).unwrap().split_once(';').unwrap().0.parse().unwrap();
        scene.service.code_of(&addressed.to_string()).await;

        let mut said = Vec::new();
        invites.list(&by, &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 2, "{said}");
        assert!(lines[0].starts_with(&format!("{addressed} email open 0/1 ")) && !lines[0].contains("http"), "{said}");
        assert!(lines[1].starts_with(&format!("{id} link open 0/2 ")) && lines[1].ends_with(url), "{said}");

        // The same code as over HTTP, drawn in both ways; of an invite to an address there is none.
        let folder = tempfile::tempdir().unwrap();
        for (format, content) in [("svg", "image/svg+xml"), ("png", "image/png")] {
            let file = folder.path().join(format!("code.{format}"));
            invites.qr(&by, id, &file, &mut Vec::new()).await.unwrap();
            let path = format!("/v1/me/invites/{id}/qr?format={format}");
            let request = scene.service.request(reqwest::Method::GET, &path).bearer_auth(&token);
            let answer = request.send().await.unwrap();
            assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &content.parse().unwrap()));
            assert_eq!(answer.bytes().await.unwrap(), fs::read(file).unwrap());
        }
        let none = invites.qr(&by, addressed, &folder.path().join("none.svg"), &mut Vec::new()).await;
        assert!(matches!(none, Err(InviteError::Addressed(_))));
        scene.service.get(&token, &format!("/v1/me/invites/{addressed}/qr")).await.refused(404, "invite-unknown");
        scene.service.get(&scene.owner_token, &format!("/v1/me/invites/{id}/qr")).await.refused(404, "invite-unknown");

        invites.revoke(&by, id, &mut Vec::new()).await.unwrap();
        scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
        let foreign = invites.revoke(&by, nobody("invite").parse().unwrap(), &mut Vec::new()).await;
        assert!(matches!(foreign, Err(InviteError::Unknown(_))));
        // A file of many, as a job that the service takes up.
        let file = folder.path().join("people.csv");
        fs::write(&file, "email\nada@example.org\nada@example.org\nnobody\n").unwrap();
        let bad = invites.bulk(&by, &file, &mut Vec::new()).await.unwrap_err().to_string();
        let named = "row 3: Row 2 invites the same person.\nrow 4, email: ";
        assert!(bad.starts_with("nobody is invited, because of 2 bad rows:") && bad.contains(named), "{bad}");
        fs::write(&file, "email\nada@example.org\n").unwrap();
        let mut said = Vec::new();
        invites.bulk(&by, &file, &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        let (job, rest) = said.split_once(": ").unwrap();
        assert_eq!(rest, "1 rows are queued; a running service takes them up\n");
        assert_eq!(scene.job_done(job).await["report"]["outcomes"]["invited"], 1);
        let listed = scene.service.get(&token, "/v1/me/invites").await.expect(200);
        assert_eq!(listed["items"][0]["email"], "ada@example.org");

        let nobody = invites.list("nobody_is", &mut Vec::new()).await;
        assert!(nobody.unwrap_err().to_string().contains("`nobody_is`"));
        scene.service.stop().await;
    }

    /// The same as over HTTP, by the operator: filters, ends, restores, figures.
    async fn everybody_s_invites_by_the_command_line(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (ann, token) = scene.member("ann", Role::Admin).await;
        let core = &scene.service.app.core;
        let run = async |what: AllInvites| {
            let mut said = Vec::new();
            all_invites::run(&core.ledger, &core.vault, what, &mut said).await.map(|()| String::from_utf8(said).unwrap())
        };
        let give = async |token: &str, body: Value| {
            text(&scene.service.post(token, "/v1/me/invites", body).await.expect(201)["id"])
        };
        let leaked = give(&token, json!({ "max_uses": 2, "campaign": "spring" })).await;
        let mailed = give(&token, json!({ "email": "grace@example.org" })).await;
        let own = give(&scene.owner_token, json!({ "max_uses": 1 })).await;
        let list = async |state: Option<InviteState>, kind: Option<InviteKind>, inviter: Option<&str>, campaign: Option<&str>| {
            let (inviter, campaign) = (inviter.map(str::to_owned), campaign.map(|label| label.parse().unwrap()));
            run(AllInvites::List { state, kind, inviter, campaign }).await.unwrap()
        };
        let ids = |said: &str| said.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
        let everybody = list(None, None, None, None).await;
        assert_eq!(ids(&everybody), [own.as_str(), &mailed, &leaked]);
        assert!(everybody.contains(&format!("{leaked} link open 0/2 ")), "{everybody}");
        assert!(!everybody.contains("grace@") && !everybody.contains("http"), "{everybody}");
        let by = ann.id.to_string();
        assert_eq!(ids(&list(None, None, Some(&by), None).await), [mailed.as_str(), &leaked]);
        assert_eq!(ids(&list(None, Some(InviteKind::Email), None, None).await), [mailed.as_str()]);
        assert_eq!(ids(&list(None, None, None, Some("spring")).await), [leaked.as_str()]);

        let code = scene.service.code_of(&mailed).await;
        let (invite, reason) = (mailed.parse::<InviteId>().unwrap(), RevokeReason::Leaked);
        let said = run(AllInvites::Revoke { invite, reason }).await.unwrap();
        assert_eq!(said, format!("{mailed} is revoked\n"));
        scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
        scene.service.post(&token, &format!("/v1/me/invites/{mailed}/restore"), json!({})).await.refused(409, "invite-state");
        assert_eq!(ids(&list(Some(InviteState::Revoked), None, None, None).await), [mailed.as_str()]);
        run(AllInvites::Restore { invite }).await.unwrap();
        scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        let unknown: InviteId = nobody("invite").parse().unwrap();
        assert!(matches!(run(AllInvites::Restore { invite: unknown }).await, Err(InviteError::Unknown(_))));

        let campaign = || "spring".parse().unwrap();
        let said = run(AllInvites::RevokeCampaign { campaign: campaign(), reason }).await.unwrap();
        let job = scene.job_done(said.split_once(':').unwrap().0).await;
        assert_eq!(job["report"]["outcomes"], json!({ "revoked": 1 }));
        let none = run(AllInvites::RevokeCampaign { campaign: campaign(), reason }).await;
        assert!(matches!(none, Err(InviteError::NoneStands)));
        assert_eq!(ids(&list(Some(InviteState::Open), None, None, None).await), [own.as_str(), &mailed]);

        let rest = "given, 0 begun, 0 joined; 0 of them 30 days ago or earlier, 0 of those in good standing\n";
        assert_eq!(run(AllInvites::Figures { by: Group::Campaign }).await.unwrap(), format!("spring: 1 {rest}"));
        let figures = run(AllInvites::Figures { by: Group::Inviter }).await.unwrap();
        assert_eq!(figures, format!("{}: 1 {rest}{by}: 2 {rest}", scene.owner.id));
        scene.service.stop().await;
    }
}
