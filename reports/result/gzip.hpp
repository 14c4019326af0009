// gzip, by zlib.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace concbench {

// What was compressed, which is that long. Throws std::runtime_error if it is damaged.
std::string inflated(std::span<const unsigned char> gzip, std::size_t size);

// Compressed, in base64 (RFC 4648, section 4): text that no markup can be read into.
std::string gzip_base64(std::string_view text);

}  // namespace concbench
