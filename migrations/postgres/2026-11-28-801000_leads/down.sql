DROP TABLE lead_runs;
DROP TABLE leads;
