DROP INDEX people_by_standing_and_handle;
DROP INDEX people_by_standing;
DROP INDEX people_by_role;
DROP INDEX people_by_joining;
