//! Base64 as leaks use it: tolerant of either alphabet, of missing padding, and of a start anywhere.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Not a digit of either alphabet.
const NONE: u8 = 0xff;

const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut at = 0;
    while at < 64 {
        values[STANDARD[at] as usize] = at as u8;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// The six bits of a digit of either alphabet.
pub(crate) fn value_of(digit: u8) -> Option<u8> {
    let value = VALUES[usize::from(digit)];
    (value != NONE).then_some(value)
}

/// Encodes without padding.
pub(crate) fn encode(bytes: &[u8], url: bool) -> Vec<u8> {
    let digit = |bits: u32| match STANDARD.get(bits as usize & 63) {
        Some(b'+') if url => b'-',
        Some(b'/') if url => b'_',
        Some(digit) => *digit,
        None => b'A',
    };
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(digit(bits >> (18 - 6 * place)));
        }
    }
    text
}

/// Decodes digits of either alphabet; white space and padding are passed over, any other byte is refused.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut have = 0;
    for byte in text {
        if matches!(byte, b'=' | b'\n' | b'\r' | b' ' | b'\t') {
            continue;
        }
        bits = bits << 6 | u32::from(value_of(*byte)?);
        have += 6;
        if have >= 8 {
            have -= 8;
            bytes.push((bits >> have & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for len in 0..50_u8 {
            let bytes: Vec<u8> = (0..len).map(|at| at.wrapping_mul(83)).collect();
            assert_eq!(decode(&encode(&bytes, false)).as_ref(), Some(&bytes));
            assert_eq!(decode(&encode(&bytes, true)).as_ref(), Some(&bytes));
        }
        assert_eq!(encode(b"any carnal pleas", false), b"YW55IGNhcm5hbCBwbGVhcw");
        assert_eq!(decode(b"a!b"), None);
    }
}
