// The only door to JSON: parsing that cannot be made to hang, crash or guess, and typed access
// whose errors name the field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace concbench {

using Json = nlohmann::ordered_json;

// The text is no JSON, too deep, too long, has a key twice, or a field is missing or of another
// type.
struct BadJson : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// 2^53. Beyond it neither JSON's readers nor a sum of doubles is exact; as nanoseconds it is 104
// days.
inline constexpr std::int64_t largest_count = std::int64_t{1} << 53;

// Together they bound what a hostile text may take: some 350 MB and 3 s. A result of every model on
// every workload has a tenth of that.
struct JsonLimits {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t values = 2'000'000;
  int depth = 64;
};

// One value and nothing after it. BadJson says what is wrong and at which line and column. An
// integer from −2^63 to 2^64 − 1 stays exact; what lies beyond becomes a double.
Json parse_json(std::string_view text, const JsonLimits& limits = {});

// One line without blanks, ASCII only; bytes that are not UTF-8 become U+FFFD. JSON has no NaN and
// no infinity, so the caller must not hand one over (asserted in debug builds; written as null).
std::string to_line(const Json& json);
// Indented by two, for files; the same otherwise, but with UTF-8 as it is.
std::string to_text(const Json& json);

// Typed access: the value as the type, or BadJson saying what `name` must be. The numbers are
// exact: none is wrapped or cut to fit.
std::string as_string(const Json& value, std::string_view name);
std::int64_t as_integer(const Json& value, std::string_view name);
std::uint64_t as_unsigned(const Json& value, std::string_view name);
// From 0 to `largest_count`.
std::int64_t as_count(const Json& value, std::string_view name);
double as_number(const Json& value, std::string_view name);
bool as_bool(const Json& value, std::string_view name);
const Json& as_array(const Json& value, std::string_view name);
const Json& as_object(const Json& value, std::string_view name);

// The value of `key` in `object`, or BadJson naming it.
const Json& field(const Json& object, std::string_view key);
std::string string_field(const Json& object, std::string_view key);
std::int64_t integer_field(const Json& object, std::string_view key);
double number_field(const Json& object, std::string_view key);
bool bool_field(const Json& object, std::string_view key);
// Null when the key is absent or its value is null.
const Json* optional_field(const Json& object, std::string_view key);

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace concbench
