DROP TABLE password_asks;
DROP TABLE password_links;
