mod cases;
mod cases_http;
