-- Every one-time code of the flow, sealed together: those that are good, and those that were. The newest stands in
-- proof_sealed too, for the version before this one.
ALTER TABLE flows ADD COLUMN proofs_sealed BYTEA;
