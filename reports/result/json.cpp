#include "reports/result/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

namespace concbench {
namespace {

// An input iterator over the text that notes its place in `*seen`: the parser tells a handler of
// its events nothing about places.
class Feed {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Feed(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  Feed& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  bool operator==(const Feed& other) const { return at_ == other.at_; }
  bool operator!=(const Feed& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

// Builds the value from the parser's events. nlohmann's own builder knows no limit of depth, and
// the destructor of what it builds overflows the stack at a depth of 100,000; it also keeps the
// last of two equal keys.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, const JsonLimits& limits)
      : text_(text), seen_(text.data()), limits_(limits) {}

  Json build() {
    const char* end = text_.data() + text_.size();
    Json::sax_parse(Feed(text_.data(), &seen_), Feed(end, &seen_), this);
    return std::move(root_);
  }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // not in JSON text

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (!open_.back().keys.insert(name).second) {
      fail(fmt::format("the key {} is there twice", to_line(name.substr(0, 80))));
    }
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    fail(gist(error.what()));
  }

 private:
  struct Open {
    Json* value;
    std::unordered_set<std::string> keys;  // of an object; looking in the value would be quadratic
  };

  bool add(Json value) {
    put(std::move(value));
    return true;
  }

  // A container's address holds while it is open: only the innermost one grows.
  Json& put(Json value) {
    if (++values_ > limits_.values) fail(fmt::format("more than {} values", limits_.values));
    if (open_.empty()) return root_ = std::move(value);
    Json& into = *open_.back().value;
    if (into.is_array()) return into.emplace_back(std::move(value));
    auto& members = into.get_ref<Json::object_t&>();
    members.emplace_back(std::move(key_), std::move(value));  // no search: `keys` has it new
    return members.back().second;
  }

  bool open(Json empty) {
    if (static_cast<int>(open_.size()) >= limits_.depth) {
      fail(fmt::format("nested deeper than {} levels", limits_.depth));
    }
    open_.push_back({&put(std::move(empty)), {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // nlohmann's message without its number, the place in its own terms and the token, which may be
  // long and hold bytes that no terminal should see.
  static std::string gist(std::string_view what) {
    if (const auto at = what.find(" - "); at != what.npos) {
      what.remove_prefix(at + 3);
    } else if (const auto bracket = what.find("] "); bracket != what.npos) {
      what.remove_prefix(bracket + 2);
    }
    std::string_view rest;
    if (const auto last = what.find("; last read: '"); last != what.npos) {
      if (const auto expected = what.rfind("; expected ");
          expected != what.npos && expected > last) {
        rest = what.substr(expected);
      }
      what = what.substr(0, last);
    }
    return fmt::format("{}{}", what, rest);
  }

  [[noreturn]] void fail(const std::string& what) const {
    const std::string_view read = text_.substr(0, static_cast<std::size_t>(seen_ - text_.data()));
    const auto line = std::count(read.begin(), read.end(), '\n') + 1;
    const auto start = read.rfind('\n');
    const auto column = start == read.npos ? read.size() : read.size() - start - 1;
    throw BadJson(fmt::format("not valid JSON at line {}, column {}: {}", line, column, what));
  }

  std::string_view text_;
  const char* seen_;
  const JsonLimits& limits_;
  std::size_t values_ = 0;
  Json root_;
  std::vector<Open> open_;
  std::string key_;
};

// Iterating over a scalar visits the scalar itself, hence the question first.
[[maybe_unused]] bool all_finite(const Json& json) {
  if (json.is_number_float()) return std::isfinite(json.get<double>());
  return !json.is_structured() || std::all_of(json.begin(), json.end(), all_finite);
}

// A number of millions of digits would take minutes to convert; none of ours has twenty.
void refuse_long_numbers(std::string_view text) {
  constexpr int most_digits = 1'000;
  bool in_string = false;
  int digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
      if (digits > most_digits) {
        throw BadJson(fmt::format("not valid JSON here: a number of over {} digits", most_digits));
      }
    }
  }
}

[[noreturn]] void wrong(std::string_view key, std::string_view expected) {
  throw BadJson(fmt::format("\"{}\" must be {}", key, expected));
}

}  // namespace

Json parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    throw BadJson(
        fmt::format("{} bytes of JSON, more than the {} that are read", text.size(), limits.bytes));
  }
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    throw BadJson("not valid JSON at line 1, column 1: it is empty");
  }
  refuse_long_numbers(text);
  return Builder(text, limits).build();
}

std::string to_line(const Json& json) {
  assert(all_finite(json));
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string to_text(const Json& json) {
  assert(all_finite(json));
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string as_string(const Json& value, std::string_view name) {
  if (!value.is_string()) wrong(name, "a string");
  return value.get<std::string>();
}

// nlohmann's get() wraps a number that does not fit, so what is held is asked for first.
std::int64_t as_integer(const Json& value, std::string_view name) {
  if (!value.is_number_integer()) wrong(name, "a whole number");
  if (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>())) {
    wrong(name, "below 2^63");
  }
  return value.get<std::int64_t>();
}

std::uint64_t as_unsigned(const Json& value, std::string_view name) {
  if (!value.is_number_integer()) wrong(name, "a whole number below 2^64");
  if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0) wrong(name, "at least 0");
  return value.get<std::uint64_t>();
}

std::int64_t as_count(const Json& value, std::string_view name) {
  const std::int64_t count = as_integer(value, name);
  if (count < 0 || count > largest_count) wrong(name, "from 0 to 2^53");
  return count;
}

double as_number(const Json& value, std::string_view name) {
  if (!value.is_number()) wrong(name, "a number");
  return value.get<double>();
}

bool as_bool(const Json& value, std::string_view name) {
  if (!value.is_boolean()) wrong(name, "true or false");
  return value.get<bool>();
}

const Json& as_array(const Json& value, std::string_view name) {
  if (!value.is_array()) wrong(name, "an array");
  return value;
}

const Json& as_object(const Json& value, std::string_view name) {
  if (!value.is_object()) wrong(name, "an object");
  return value;
}

const Json& field(const Json& object, std::string_view key) {
  if (!object.is_object()) {
    throw BadJson(
        fmt::format("an object with \"{}\" was expected, not {}", key, object.type_name()));
  }
  const auto found = object.find(key);
  if (found == object.end()) throw BadJson(fmt::format("\"{}\" is missing", key));
  return *found;
}

std::string string_field(const Json& object, std::string_view key) {
  return as_string(field(object, key), key);
}
std::int64_t integer_field(const Json& object, std::string_view key) {
  return as_integer(field(object, key), key);
}
double number_field(const Json& object, std::string_view key) {
  return as_number(field(object, key), key);
}
bool bool_field(const Json& object, std::string_view key) {
  return as_bool(field(object, key), key);
}

const Json* optional_field(const Json& object, std::string_view key) {
  if (object.is_object() && !object.contains(key)) return nullptr;
  const Json& value = field(object, key);
  return value.is_null() ? nullptr : &value;
}

}  // namespace concbench
