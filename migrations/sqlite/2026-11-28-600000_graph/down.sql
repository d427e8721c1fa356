DROP TABLE assurance_changes;
DROP TABLE former_edges;
DROP INDEX edges_vouched;
