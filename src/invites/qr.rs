//! A link as a QR code (ISO/IEC 18004), for whoever stands beside its inviter.

use fast_qr::{
    ECL, Mode, QRBuilder, QRCode,
    convert::{Builder as _, svg::SvgBuilder},
};

use crate::platform::terms::Link;

/// Light modules around the code (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;
/// Pixels along a module of a PNG: some 300 for a usual link, sharp at twice the size.
const PIXELS: usize = 8;

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link does not fit into a QR code")]
pub struct TooLong;

fn code(link: &Link) -> Result<QRCode, TooLong> {
    // 15 % of it may be dirty or covered.
    let built = QRBuilder::new(link.expose()).ecl(ECL::M).mode(Mode::Byte).build();
    built.map_err(|_| TooLong)
}

/// The code as an SVG image: black on white, with its quiet zone.
///
/// # Errors
/// [`TooLong`]
pub fn svg(link: &Link) -> Result<String, TooLong> {
    Ok(SvgBuilder::default().margin(QUIET).to_str(&code(link)?))
}

/// The code as a PNG image of one bit a pixel.
///
/// # Errors
/// [`TooLong`]
pub fn png(link: &Link) -> Result<Vec<u8>, TooLong> {
    let code = code(link)?;
    let modules = code.size + 2 * QUIET;
    let side = modules * PIXELS;
    let mut rows = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..modules {
        // A module is as wide as a byte of pixels.
        let row: Vec<u8> = (0..modules)
            .map(|x| if is_dark(&code, x, y) { 0x00 } else { 0xff })
            .collect();
        (0..PIXELS).for_each(|_| rows.extend_from_slice(&row));
    }
    let mut image = Vec::new();
    let side = u32::try_from(side).map_err(|_| TooLong)?;
    let mut encoder = png::Encoder::new(&mut image, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&rows));
    // A vector takes whatever is written.
    written.map(|()| image).map_err(|_| TooLong)
}

/// Whether a module, counted from the quiet zone's corner, is dark.
fn is_dark(code: &QRCode, x: usize, y: usize) -> bool {
    let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.size);
    match (inside(x), inside(y)) {
        (Some(x), Some(y)) => code[y][x].value(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(image: &[u8]) -> String {
        let mut reader = png::Decoder::new(std::io::Cursor::new(image)).read_info().unwrap();
        let mut bits = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bits).unwrap();
        let (width, line) = (info.width as usize, info.line_size);
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, info.height as usize, |x, y| {
            if bits[y * line + x / 8] >> (7 - x % 8) & 1 == 1 {
                255
            } else {
                0
            }
        });
        let grids = seen.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn what_is_drawn_is_read_again() {
        for text in [
            "https://example.org/join/#4JGD-08YP-SWZU-WZO4".to_owned(),
            format!("https://example.org/{}", "a".repeat(480)),
        ] {
            let link = Link::parse(text.clone()).unwrap();
            assert_eq!(read(&png(&link).unwrap()), text);
            let drawn = svg(&link).unwrap();
            assert!(drawn.starts_with("<svg ") && !drawn.contains("example.org"), "{drawn}");
        }
    }
}
