//! SHA-1 of a few whole words, as a source of random numbers that can be split, not for security.
//! Source: FIPS 180-4, section 6.1.

/// Five words, the first bytes of the digest in the high bits of the first.
pub type Digest = [u32; 5];

const START: Digest = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/// The digest of at most 13 words, each with its first byte in its high bits: a block has room for
/// them, an end mark and a length.
pub fn sha1(message: &[u32]) -> Digest {
    let mut words = [0; 16];
    words[..message.len()].copy_from_slice(message);
    words[message.len()] = 0x80000000;
    words[15] = message.len() as u32 * 32;

    let mut digest = START;
    rounds(0, &mut digest, &mut words, 0x5a827999, |b, c, d| (b & c) | (!b & d));
    rounds(20, &mut digest, &mut words, 0x6ed9eba1, |b, c, d| b ^ c ^ d);
    rounds(40, &mut digest, &mut words, 0x8f1bbcdc, |b, c, d| (b & c) | (b & d) | (c & d));
    rounds(60, &mut digest, &mut words, 0xca62c1d6, |b, c, d| b ^ c ^ d);
    for (word, start) in digest.iter_mut().zip(START) {
        *word = word.wrapping_add(start);
    }
    digest
}

/// One of the four stages of twenty rounds. The schedule is kept as its last sixteen words.
#[inline(always)]
fn rounds(
    first: usize,
    digest: &mut Digest,
    words: &mut [u32; 16],
    constant: u32,
    mix: impl Fn(u32, u32, u32) -> u32,
) {
    for t in first..first + 20 {
        if t >= 16 {
            let earlier = words[(t + 2) % 16] ^ words[(t + 8) % 16] ^ words[(t + 13) % 16];
            words[t % 16] = (words[t % 16] ^ earlier).rotate_left(1);
        }
        let [a, b, c, d, e] = *digest;
        let next = [e, constant, words[t % 16], mix(b, c, d)];
        let next = next.into_iter().fold(a.rotate_left(5), u32::wrapping_add);
        *digest = [next, a, b.rotate_left(30), c, d];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_other_programs() {
        // printf '' | sha1sum; printf 'abcd' | sha1sum
        assert_eq!(sha1(&[]), [0xda39a3ee, 0x5e6b4b0d, 0x3255bfef, 0x95601890, 0xafd80709]);
        assert_eq!(sha1(&[0x61626364]), [0x81fe8bfe, 0x87576c3e, 0xcb22426f, 0x8e578473, 0x82917acf]);
    }
}
