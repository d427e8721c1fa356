use super::*;

fn refused(file: &[u8]) -> Vec<(u32, Option<&'static str>, String)> {
    let bad = read(file).unwrap_err();
    assert_eq!(bad.bad, bad.rows.len());
    bad.rows
        .into_iter()
        .map(|bad| (bad.row, bad.column, bad.detail))
        .collect()
}

#[test]
fn a_sound_file_is_read_whatever_divides_its_columns() {
    let day = Duration::from_secs(24 * 3600);
    let wanted = [
        (2, "ann@vouch.example.org".to_owned(), Some(Locale::ZhHans), Some(day)),
        (3, "bob@vouch.example.org".to_owned(), None, None),
    ];
    for file in [
        "email,locale,lifetime_hours\nann@vouch.example.org,zh,24\nbob@vouch.example.org,,\n",
        "\u{FEFF}Lifetime_Hours;EMAIL ;locale\r\n24;ann@vouch.example.org;zh\r\n\r\n; bob@vouch.example.org ;\r\n",
        "\"email\"\tlocale\tlifetime_hours\nann@vouch.example.org\tzh\t\"24\"\nbob@vouch.example.org\t\t",
    ] {
        let rows = read(file.as_bytes()).expect("a sound file").into_iter();
        let rows: Vec<_> = rows
            .map(|row| (row.row, row.to.kept().to_owned(), row.locale, row.lifetime))
            .collect();
        assert_eq!(rows, wanted, "{file}");
    }
}

#[test]
fn every_bad_row_is_named() {
    let file = b"email,lifetime_hours\nnobody,1\nann@vouch.example.org,0\nANN@vouch.example.org,1,2\n\
        bob@vouch.example.org,\nBob@Vouch.Example.org,1.5\nbob@vouch.example.org,7\n,\n\xFF@vouch.example.org,1";
    let named: Vec<_> = refused(file)
        .into_iter()
        .map(|(row, column, _)| (row, column))
        .collect();
    let (email, hours) = (Some("email"), Some("lifetime_hours"));
    assert_eq!(
        named,
        [
            (2, email),
            (3, hours),
            (4, None),
            (6, hours),
            (7, None),
            (8, email),
            (9, email)
        ]
    );
    let repeated = &refused(b"email\nbob@vouch.example.org\nbob@vouch.example.org")[0];
    assert_eq!(repeated.2, "Row 2 invites the same person.");
    let file = "phone,email,message,campaign\n+8613800138000,,Welcome,autumn-26\n+86 138 0013 8000,,,\n\
        +8613800138001,ann@vouch.example.org,,\n,,,\n+8613800138002,,see example.com,\n+8613800138003,,,Autumn!\n12,,,\n";
    let named: Vec<_> = refused(file.as_bytes())
        .into_iter()
        .map(|(row, column, _)| (row, column))
        .collect();
    let (phone, email) = (Some("phone"), Some("email"));
    assert_eq!(
        named,
        [
            (3, None),
            (4, phone),
            (5, email),
            (6, Some("message")),
            (7, Some("campaign")),
            (8, phone)
        ]
    );
}

#[test]
fn a_header_that_is_not_known_is_told() {
    for (file, detail) in [
        (&b""[..], "The header names neither email nor phone"),
        (b"name\nann", "The header names a column that is not known"),
        (b"locale\nen", "The header names neither email nor phone"),
        (b"email,e-mail\na,b", "The header names a column that is not known"),
        (b"email,email\na,b", "The header names email twice"),
        (b"email|locale\na|b", "The header names a column that is not known"),
        (b"\xFF\xFEe\0m\0", "The file is encoded as UTF-16"),
        (b"email\n", "The file has no row below its header"),
        (b"email\n\"ann@vouch.example.org", ""),
    ] {
        match read(file) {
            Ok(rows) => assert_eq!((rows.len(), detail), (1, "")),
            Err(bad) => assert!(bad.rows[0].detail.starts_with(detail), "{bad:?}"),
        }
    }
}

#[test]
fn a_file_that_is_too_long_is_refused_and_few_rows_are_named() {
    let long = format!("email\n{}", "x\n".repeat(MOST_ROWS + 1));
    let bad = read(long.as_bytes()).unwrap_err();
    assert_eq!((bad.bad, bad.rows[0].row), (1, 1));
    let full = format!("email\n{}", "x\n".repeat(MOST_ROWS));
    let bad = read(full.as_bytes()).unwrap_err();
    assert_eq!((bad.bad, bad.rows.len()), (MOST_ROWS, MOST_NAMED));
}
