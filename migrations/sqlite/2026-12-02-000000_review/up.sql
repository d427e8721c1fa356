-- A use of an invite that a final refusal keeps from everybody.
ALTER TABLE invites ADD COLUMN bound BIGINT NOT NULL DEFAULT 0;

-- By what a document is found again, whoever gave it.
ALTER TABLE identities ADD COLUMN document_blind BLOB;
UPDATE identities SET document_blind =
    (SELECT blind FROM identity_slots WHERE identity_slots.subject_id = identities.subject_id ORDER BY slot LIMIT 1);
CREATE INDEX identities_by_document ON identities (document_blind) WHERE document_blind IS NOT NULL;

-- Until when a case waits, and what a decision about it is counted by: the invite, the address and the document.
ALTER TABLE cases ADD COLUMN waits_until BIGINT;
ALTER TABLE cases ADD COLUMN invite_id BIGINT;
ALTER TABLE cases ADD COLUMN address_blind BLOB;
ALTER TABLE cases ADD COLUMN document_blind BLOB;
UPDATE cases SET
    waits_until = (SELECT until FROM holds WHERE holds.flow = cases.flow),
    invite_id = (SELECT invite_id FROM flows WHERE flows.uid = cases.flow),
    address_blind = (SELECT address_blind FROM flows WHERE flows.uid = cases.flow),
    document_blind = (SELECT document_blind FROM identities WHERE identities.subject_id = cases.subject_id);
CREATE INDEX cases_by_invite ON cases (invite_id);
CREATE INDEX cases_by_address ON cases (address_blind);
CREATE INDEX cases_by_document ON cases (document_blind);
CREATE INDEX cases_by_reviewer ON cases (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX disclosures_by_reviewer ON disclosures (person, at);

-- Each time that a claim was given back or taken away, by whom and why.
CREATE TABLE case_releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    person BIGINT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    reason_sealed BLOB NOT NULL
);
CREATE INDEX case_releases_by_case ON case_releases (case_id);

-- A final refusal, and what it binds until it is lifted: the invite's use, the address and the document.
CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uid BLOB NOT NULL UNIQUE,
    case_id BIGINT NOT NULL UNIQUE REFERENCES cases (id),
    invite_id BIGINT NOT NULL REFERENCES invites (id),
    address_blind BLOB,
    document_blind BLOB NOT NULL,
    at BIGINT NOT NULL,
    refused_by BIGINT NOT NULL REFERENCES people (id),
    lifted_at BIGINT,
    lifted_by BIGINT REFERENCES people (id),
    lift_note_sealed BLOB
);
CREATE INDEX refusals_by_address ON refusals (address_blind) WHERE lifted_at IS NULL;
CREATE INDEX refusals_by_document ON refusals (document_blind) WHERE lifted_at IS NULL;
