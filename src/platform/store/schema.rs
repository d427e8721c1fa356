//! The one schema of both databases. A test holds each migration set against it, column by column.

mod account;
mod graph;
mod lead_tables;
mod letters;
mod moderation;
mod places;
mod waitlist;

pub use account::{address_changes, address_undos, former_handles, handle_changes, password_asks, password_links};
pub use graph::{assurance_changes, departures, former_edges};
pub use lead_tables::{lead_runs, leads};
pub use letters::letter_subjects;
pub use moderation::{actions, appeals, marks, reports, sanctions};
pub use places::{room_acts, room_hands, room_places};
pub use waitlist::{application_vouches, applications, quota_grants, waitlist_draws};

diesel::table! {
    events (id) {
        id -> BigInt,
        xid -> BigInt,
        at -> BigInt,
        kind -> Text,
        actor -> Nullable<BigInt>,
        subject -> Nullable<BigInt>,
        body -> Text,
    }
}

diesel::table! {
    ledger (pos) {
        pos -> BigInt,
        event_id -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    sequencer (one) {
        one -> BigInt,
        cursor_xid -> BigInt,
        cursor_id -> BigInt,
        floor_id -> BigInt,
        horizon_xid -> BigInt,
        last_pos -> BigInt,
        last_hash -> Binary,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        owner -> Text,
        until -> BigInt,
        fence -> BigInt,
    }
}

diesel::table! {
    cursors (name) {
        name -> Text,
        pos -> BigInt,
    }
}

diesel::table! {
    subjects (id) {
        id -> BigInt,
        key_version -> BigInt,
        wrapped_key -> Nullable<Binary>,
    }
}

diesel::table! {
    policies (version) {
        version -> BigInt,
        document -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    people (id) {
        id -> BigInt,
        uid -> Binary,
        subject_id -> Nullable<BigInt>,
        handle -> Nullable<Text>,
        role -> Text,
        standing -> Text,
        assurance -> Text,
        locale -> Text,
        joined_at -> BigInt,
    }
}

diesel::table! {
    contacts (blind) {
        blind -> Binary,
        person -> BigInt,
        sealed -> Binary,
        proved_at -> BigInt,
        kept_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    credentials (person) {
        person -> BigInt,
        phc -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    sign_in_codes (hash) {
        hash -> Binary,
        person -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    text_codes (person) {
        person -> BigInt,
        code_sealed -> Binary,
        expires_at -> BigInt,
        failures -> BigInt,
    }
}

diesel::table! {
    invites (id) {
        id -> BigInt,
        uid -> Binary,
        inviter -> BigInt,
        kind -> Text,
        code_hash -> Binary,
        key_version -> BigInt,
        subject_id -> Nullable<BigInt>,
        address_sealed -> Nullable<Binary>,
        address_blind -> Nullable<Binary>,
        locale -> Text,
        max_uses -> BigInt,
        uses -> BigInt,
        held -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        undeliverable -> Nullable<Text>,
        bound -> BigInt,
        opens_at -> Nullable<BigInt>,
        campaign -> Nullable<Text>,
        group_label -> Nullable<Text>,
        room_id -> Nullable<BigInt>,
        as_role -> Nullable<Text>,
        message_sealed -> Nullable<Binary>,
        revoked_for -> Nullable<Text>,
        sent_at -> Nullable<BigInt>,
        passed_from -> Nullable<BigInt>,
        unknown_answers -> BigInt,
        reports -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    holds (flow) {
        flow -> Binary,
        invite_id -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    edges (id) {
        id -> BigInt,
        kind -> Text,
        from_person -> BigInt,
        to_person -> BigInt,
        invite_id -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    flows (id) {
        id -> BigInt,
        uid -> Binary,
        token_hash -> Binary,
        invite_id -> BigInt,
        subject_id -> BigInt,
        locale -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        address_sealed -> Nullable<Binary>,
        address_blind -> Nullable<Binary>,
        proof_sealed -> Nullable<Binary>,
        proof_expires_at -> Nullable<BigInt>,
        proof_failures -> BigInt,
        proved_at -> Nullable<BigInt>,
        person -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        proofs_sealed -> Nullable<Binary>,
        via -> Nullable<Text>,
    }
}

diesel::table! {
    identities (subject_id) {
        subject_id -> BigInt,
        name_sealed -> Binary,
        document_sealed -> Binary,
        given_at -> BigInt,
        submissions -> BigInt,
        document_blind -> Nullable<Binary>,
    }
}

diesel::table! {
    identity_slots (blind, slot) {
        blind -> Binary,
        slot -> BigInt,
        subject_id -> BigInt,
        claimed_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    cases (id) {
        id -> BigInt,
        uid -> Binary,
        subject_id -> BigInt,
        flow -> Binary,
        state -> Text,
        opened_at -> BigInt,
        claimed_by -> Nullable<BigInt>,
        claimed_until -> Nullable<BigInt>,
        decided_by -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        note_sealed -> Nullable<Binary>,
        waits_until -> Nullable<BigInt>,
        invite_id -> Nullable<BigInt>,
        address_blind -> Nullable<Binary>,
        document_blind -> Nullable<Binary>,
    }
}

diesel::table! {
    case_releases (id) {
        id -> BigInt,
        case_id -> BigInt,
        person -> BigInt,
        at -> BigInt,
        reason_sealed -> Binary,
    }
}

diesel::table! {
    refusals (id) {
        id -> BigInt,
        uid -> Binary,
        case_id -> BigInt,
        invite_id -> BigInt,
        address_blind -> Nullable<Binary>,
        document_blind -> Binary,
        at -> BigInt,
        refused_by -> BigInt,
        lifted_at -> Nullable<BigInt>,
        lifted_by -> Nullable<BigInt>,
        lift_note_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    disclosures (id) {
        id -> BigInt,
        case_id -> BigInt,
        person -> BigInt,
        at -> BigInt,
        reason_sealed -> Binary,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        uid -> Binary,
        person -> BigInt,
        generation -> BigInt,
        started_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        turned_at -> Nullable<BigInt>,
        turned_by -> Nullable<Binary>,
        seen_sealed -> Nullable<Binary>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        subject_id -> BigInt,
        private_sealed -> Binary,
        made_at -> BigInt,
    }
}

diesel::table! {
    services (id) {
        id -> BigInt,
        uid -> Binary,
        name -> Text,
        secret_hash -> Binary,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        resource -> Nullable<Text>,
        filter_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    throttles (bucket) {
        bucket -> Binary,
        arrival -> BigInt,
    }
}

diesel::table! {
    idempotency (key) {
        key -> Binary,
        request -> Binary,
        resource -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        message_id -> Text,
        subject_id -> BigInt,
        kind -> Text,
        letter_sealed -> Nullable<Binary>,
        state -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        claim -> Nullable<Text>,
        created_at -> BigInt,
        last_error -> Nullable<Text>,
        about -> Nullable<Binary>,
        channel -> Text,
    }
}

diesel::table! {
    subscriber_failures (subscriber, pos) {
        subscriber -> Text,
        pos -> BigInt,
        reason -> Text,
        at -> BigInt,
        attempts -> BigInt,
        due_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_stops (blind) {
        blind -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        uid -> Binary,
        kind -> Text,
        steps -> BigInt,
        done -> BigInt,
        report -> Nullable<Text>,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        moved_at -> BigInt,
        cancelled_at -> Nullable<BigInt>,
        cancelled_by -> Nullable<BigInt>,
        subject_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    job_orders (job_id, first) {
        job_id -> BigInt,
        first -> BigInt,
        order_sealed -> Binary,
    }
}

diesel::table! {
    job_outcomes (job_id, item) {
        job_id -> BigInt,
        item -> Text,
        person -> Nullable<BigInt>,
        outcome -> Text,
    }
}

diesel::table! {
    room_servers (id) {
        id -> BigInt,
        uid -> Binary,
        subject_id -> BigInt,
        secrets_sealed -> Binary,
        created_at -> BigInt,
        removed_at -> Nullable<BigInt>,
        health_since -> Nullable<BigInt>,
        failure -> Nullable<Text>,
        kind -> Text,
        settings -> Text,
        last_out_at -> Nullable<BigInt>,
        last_out_micros -> Nullable<BigInt>,
    }
}

diesel::table! {
    rooms (id) {
        id -> BigInt,
        name -> Text,
        key_version -> BigInt,
        enter -> Text,
        speak -> Text,
        capacity -> BigInt,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        access -> Text,
        speakers -> Text,
        who -> Nullable<Text>,
        private_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    rooms_on_servers (room_id, server_id) {
        room_id -> BigInt,
        server_id -> BigInt,
        failure -> Nullable<Text>,
        withdrawn_at -> Nullable<BigInt>,
        cleared_at -> Nullable<BigInt>,
        apart -> BigInt,
    }
}

diesel::table! {
    tickets (uid) {
        uid -> Binary,
        room_id -> BigInt,
        person -> BigInt,
        part -> Text,
        key_version -> BigInt,
        issued_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        heard_at -> Nullable<BigInt>,
        spoke_at -> Nullable<BigInt>,
        server_id -> BigInt,
        ended_for -> Nullable<Text>,
        shows -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query! {
    events, ledger, sequencer, leases, cursors, subjects, policies, people, contacts, credentials,
    sign_in_codes, text_codes, password_asks, password_links, address_changes, address_undos, former_handles, handle_changes, invites, quota_grants, applications, application_vouches,
    waitlist_draws, holds, edges, former_edges, assurance_changes, departures, flows, identities, identity_slots, cases,
    case_releases, refusals, disclosures, sanctions, actions, marks, appeals, reports, sessions, signing_keys, services, throttles, idempotency,
    leads, lead_runs, outbox, letter_subjects, jobs, job_orders, job_outcomes, subscriber_failures, mail_stops, room_servers, rooms, rooms_on_servers, tickets,
    room_places, room_hands, room_acts,
}
