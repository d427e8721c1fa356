DROP TABLE import_people, imports, outbox, idempotency, throttles, services, signing_keys, sessions, sanctions, disclosures,
    cases, identity_slots, identities, flows, edges, holds, invites, sign_in_codes, credentials, contacts, people, policies,
    subjects, cursors, leases, sequencer, ledger, events;
