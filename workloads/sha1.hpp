// SHA-1 of short messages: whole words, few enough for a single block. It is used as a source of
// random numbers that can be split, not for security.
// Source: FIPS 180-4, section 6.1.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace concbench {

// Five words, the first bytes of the digest in the high bits of the first.
using Digest = std::array<std::uint32_t, 5>;

namespace sha1_detail {

// One of the four stages of twenty rounds. The schedule is kept as its last sixteen words.
template <unsigned stage, class Mix>
constexpr void rounds(Digest& h, std::array<std::uint32_t, 16>& words, std::uint32_t constant,
                      Mix mix) {
  for (unsigned t = stage * 20; t < stage * 20 + 20; ++t) {
    std::uint32_t& word = words[t % 16];
    if (t >= 16) {
      word = std::rotl(word ^ words[(t + 2) % 16] ^ words[(t + 8) % 16] ^ words[(t + 13) % 16], 1);
    }
    const std::uint32_t next = std::rotl(h[0], 5) + mix(h[1], h[2], h[3]) + h[4] + constant + word;
    h = {next, h[0], std::rotl(h[1], 30), h[2], h[3]};
  }
}

}  // namespace sha1_detail

// The digest of `count` words, each with its first byte in its high bits.
template <std::size_t count>
constexpr Digest sha1(const std::array<std::uint32_t, count>& message) {
  static_assert(count <= 13, "a block has room for the message, an end mark and a length");
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < count; ++i) words[i] = message[i];
  words[count] = 0x80000000;
  words[15] = count * 32;

  using Word = std::uint32_t;
  const auto choose = [](Word a, Word b, Word c) { return (a & b) | (~a & c); };
  const auto parity = [](Word a, Word b, Word c) { return a ^ b ^ c; };
  const auto majority = [](Word a, Word b, Word c) { return (a & b) | (a & c) | (b & c); };
  constexpr Digest start{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  Digest h = start;
  sha1_detail::rounds<0>(h, words, 0x5a827999, choose);
  sha1_detail::rounds<1>(h, words, 0x6ed9eba1, parity);
  sha1_detail::rounds<2>(h, words, 0x8f1bbcdc, majority);
  sha1_detail::rounds<3>(h, words, 0xca62c1d6, parity);
  for (std::size_t i = 0; i < h.size(); ++i) h[i] += start[i];
  return h;
}

}  // namespace concbench
