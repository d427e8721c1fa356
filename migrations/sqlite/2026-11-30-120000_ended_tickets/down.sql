DROP INDEX tickets_ended;
