DROP TABLE text_codes;
