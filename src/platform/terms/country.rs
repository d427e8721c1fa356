//! Countries, as they issue documents.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::typed;

/// The officially assigned codes of ISO 3166-1, alpha-2 and alpha-3 in one, and `XK` with `XKX`: user-assigned there,
/// but the code that Kosovo's passport holders look for.
const COUNTRIES: &str = "\
    ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB \
    BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR \
    BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR \
    CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK \
    FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS \
    GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN \
    ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO \
    LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD \
    MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER \
    NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM \
    PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP \
    SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF \
    TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY \
    UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE";

/// What stands in passports besides (ICAO Doc 9303, part 3, section 5), and the code in its place.
const IN_PASSPORTS: &[(&str, &str)] = &[
    // Germany has one letter there. The six kinds of British national are one country's.
    ("D", "DE"),
    ("GBD", "GB"),
    ("GBN", "GB"),
    ("GBO", "GB"),
    ("GBP", "GB"),
    ("GBS", "GB"),
    ("RKS", "XK"),
    // ISO 3166-1 reserves these, and keeps them from any country.
    ("UK", "GB"),
    ("EU", "EUE"),
    ("UN", "UNO"),
];

/// Those who issue travel documents and are no country, and the people who have none: each is its own code.
const NO_COUNTRIES: &str = "\
    EUE UNA UNK UNO XBA XCC XCE XCO XDC XEC XES XIM XMP XOM XPO XXA XXB XXC XXX";

/// Who issued a document: a country by its ISO 3166-1 alpha-2 code, or whoever else issues travel documents by the
/// three letters that stand in these; in capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

/// The text is not the code of a country. The words do not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "give the code of the country that issued the document: two letters (ISO 3166-1, CN or GB), three (CHN, \
     GBR), or those that stand in a passport (D, GBD, GBN, GBO, GBP, GBS, RKS, EUE, UNO, UNA, UNK, XOM, XPO, XXA, \
     XXB, XXC, XXX)"
)]
pub struct CountryError;

impl Country {
    /// The People's Republic of China, which issues every resident identity card (`cn_resident_id`).
    pub const CN: Self = Self("CN");

    /// The code, in capitals.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for Country {
    type Err = CountryError;

    /// Takes small letters too, and what stands around the code: the `<` that fills it up in a passport.
    fn from_str(text: &str) -> Result<Self, CountryError> {
        let code = typed::plain(text).to_ascii_uppercase();
        let code = code.as_str();
        let country = || {
            let mut all = COUNTRIES.split(' ').filter_map(|both| both.split_at_checked(2));
            let found = all.find(|(two, three)| *two == code || *three == code)?;
            Some(found.0)
        };
        let in_passports = || Some(IN_PASSPORTS.iter().find(|(written, _)| *written == code)?.1);
        let no_country = || NO_COUNTRIES.split(' ').find(|known| *known == code);
        country()
            .or_else(in_passports)
            .or_else(no_country)
            .map(Self)
            .ok_or(CountryError)
    }
}
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
impl schemars::JsonSchema for Country {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "country".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z]{1,3}$" })
    }
}
impl utoipa::PartialSchema for Country {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "ISO 3166-1 alpha-2, or the code that stands in the documents of whoever is no country",
            ))
            .enum_values(Some(
                COUNTRIES
                    .split(' ')
                    .map(|both| &both[..2])
                    .chain(NO_COUNTRIES.split(' ')),
            ))
            .into()
    }
}
impl utoipa::ToSchema for Country {
    fn name() -> std::borrow::Cow<'static, str> {
        "country".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_codes_that_are_assigned() {
        assert_eq!("cn".parse(), Ok(Country::CN));
        assert_eq!(COUNTRIES.split(' ').count(), 250);
        for text in ["", "C", "XX", "UTO", "D D", "中国", "CHNN", "ZZZ", "GBX", "<", "CN GB"] {
            assert_eq!(text.parse::<Country>(), Err(CountryError), "{text}");
        }
        assert_eq!(serde_json::to_string(&Country::CN).unwrap(), "\"CN\"");
        assert_eq!(serde_json::from_str::<Country>("\"cn\"").unwrap(), Country::CN);
        let known: Vec<_> = CountryError
            .to_string()
            .split(['(', ')', ',', ' '])
            .map(String::from)
            .collect();
        assert!(known.iter().filter(|word| word.parse::<Country>().is_ok()).count() > 15);
    }

    #[test]
    fn reads_what_stands_in_passports() {
        for (written, kept) in [
            ("CHN", "CN"),
            ("chn", "CN"),
            ("ＣＨＮ", "CN"),
            ("\u{200B}CN.\u{A0}", "CN"),
            ("D", "DE"),
            ("D<<", "DE"),
            ("DEU", "DE"),
            ("GBR", "GB"),
            ("GBD", "GB"),
            ("GBN", "GB"),
            ("GBO", "GB"),
            ("GBP", "GB"),
            ("GBS", "GB"),
            ("RKS", "XK"),
            ("XKX", "XK"),
            ("UNO", "UNO"),
            ("UNA", "UNA"),
            ("UNK", "UNK"),
            ("EUE", "EUE"),
            ("XOM", "XOM"),
            ("XPO", "XPO"),
            ("XXA", "XXA"),
            ("XXB", "XXB"),
            ("XXC", "XXC"),
            ("XXX", "XXX"),
            ("CHE", "CH"),
            ("ROU", "RO"),
            ("TWN", "TW"),
            ("HKG", "HK"),
        ] {
            assert_eq!(written.parse::<Country>().map(Country::as_str), Ok(kept), "{written}");
        }
    }

    /// No code stands for two, and what is kept is read as itself.
    #[test]
    fn a_code_stands_for_one() {
        let mut written: Vec<&str> = COUNTRIES.split(' ').flat_map(|both| [&both[..2], &both[2..]]).collect();
        written.extend(IN_PASSPORTS.iter().map(|(written, _)| *written));
        written.extend(NO_COUNTRIES.split(' '));
        let all = written.len();
        for code in &written {
            let country: Country = code.parse().unwrap();
            assert_eq!(country.as_str().parse(), Ok(country), "{code}");
        }
        written.sort_unstable();
        written.dedup();
        assert_eq!(written.len(), all);
    }
}
