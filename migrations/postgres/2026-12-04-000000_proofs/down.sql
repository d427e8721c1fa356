ALTER TABLE flows DROP COLUMN proofs_sealed;
