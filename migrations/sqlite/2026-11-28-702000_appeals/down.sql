DROP TABLE reports;
DROP TABLE appeals;
