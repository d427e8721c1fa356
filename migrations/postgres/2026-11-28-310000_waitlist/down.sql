DROP TABLE waitlist_draws;
DROP TABLE application_vouches;
DROP TABLE applications;
