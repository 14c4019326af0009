#include "reports/result/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace concbench {
namespace {

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, limits);
  } catch (const BadJson& bad) {
    return bad.what();
  }
  return "none";
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(ParseJson, KeepsValuesAndTheOrderOfKeys) {
  const char text[] = R"({"b":[1,-2,0.5,"x",null,true,{}],"a":{"c":[]}})";
  EXPECT_EQ(to_line(parse_json(text)), text);
}

TEST(ParseJson, SaysWhereAndWhat) {
  EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": nul}"),
            "not valid JSON at line 2, column 10: invalid literal");
  EXPECT_EQ(error_of(" \n"), "not valid JSON at line 1, column 1: it is empty");
  EXPECT_NE(error_of("[1] x").find("column 5"), std::string::npos);
}

TEST(ParseJson, RefusesNumbersThatTakeLongToConvert) {
  const std::string digits(1'001, '7');
  EXPECT_NE(error_of("[" + digits + "]").find("over 1000 digits"), std::string::npos);
  EXPECT_EQ(error_of("[\"\\\"" + digits + "\"]"), "none");
}

TEST(ParseJson, RefusesMoreValuesThanItWasAllowed) {
  EXPECT_EQ(error_of("[1,2]", {.values = 3}), "none");
  EXPECT_NE(error_of("[1,2,3]", {.values = 3}).find("more than 3 values"), std::string::npos);
}

TEST(ParseJson, RefusesKeysThatAreThereTwice) {
  EXPECT_EQ(error_of("{\"a\":1,\n\"a\":2}"),
            "not valid JSON at line 2, column 3: the key \"a\" is there twice");
  EXPECT_EQ(error_of(R"([{"a":1},{"a":{"a":2}}])"), "none");
}

TEST(ParseJson, StopsAtTheDepthItWasGiven) {
  EXPECT_EQ(error_of(nested(64)), "none");
  EXPECT_NE(error_of(nested(65)).find("deeper than 64"), std::string::npos);
  EXPECT_NE(error_of("[{\"a\":[]}]", {.depth = 2}).find("deeper than 2"), std::string::npos);
  // Such depths overflow the stack of a parser that builds first and asks later.
  EXPECT_NE(error_of(nested(1'000'000)).find("deeper than 64"), std::string::npos);
}

TEST(ParseJson, RefusesMoreBytesThanItMayRead) {
  EXPECT_EQ(error_of("[1,2]", {.bytes = 5}), "none");
  EXPECT_NE(error_of("[1,2]", {.bytes = 4}).find("more than the 4"), std::string::npos);
}

TEST(ParseJson, TakesTimeThatGrowsWithTheTextOnly) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += '"' + std::to_string(i) + "\":0,";
  text += "\"last\":0}";
  EXPECT_EQ(parse_json(text).size(), 200'001u);  // minutes, if each key were looked for
}

TEST(ParseJson, RefusesTextThatIsNoJson) {
  for (const std::string_view text :
       {"{", "[1,]", "{\"a\"}", "{a:1}", "'a'", "NaN", "Infinity", "01", "1e999", "\"\xff\"",
        "\"\x01\"", "\"\\ud800\"", "[1] [2]", "// c\n1", "\xff"}) {
    EXPECT_NE(error_of(text), "none") << text;
  }
}

TEST(ParseJson, PutsNothingRawIntoItsMessages) {
  for (const char* text : {"\"\x1b[31m\xff", "[\x1b", "{\"\\u001b\":1,\"\\u001b\":2}"}) {
    for (const unsigned char c : error_of(text)) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << text;
  }
}

TEST(ParseJson, KeepsIntegersExactAndWrapsNone) {
  const Json json = parse_json(
      R"({"most":18446744073709551615,"least":-9223372036854775808,"high":9223372036854775807,
          "over":9223372036854775808,"beyond":18446744073709551616,"point":1.0})");
  EXPECT_EQ(as_unsigned(field(json, "most"), "most"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(integer_field(json, "least"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer_field(json, "high"), std::numeric_limits<std::int64_t>::max());
  EXPECT_THROW(integer_field(json, "over"), BadJson);
  EXPECT_THROW(integer_field(json, "most"), BadJson);
  EXPECT_THROW(integer_field(json, "beyond"), BadJson);
  EXPECT_THROW(integer_field(json, "point"), BadJson);
  EXPECT_THROW(as_unsigned(field(json, "least"), "least"), BadJson);
}

TEST(Fields, NameTheKeyThatIsMissingOrOfAnotherType) {
  const Json json = parse_json(R"({"text":"a","number":1.5,"no":null})");
  const auto message = [&](auto&& get) -> std::string {
    try {
      get();
    } catch (const BadJson& bad) {
      return bad.what();
    }
    return "none";
  };
  EXPECT_EQ(message([&] { field(json, "gone"); }), "\"gone\" is missing");
  EXPECT_EQ(message([&] { integer_field(json, "text"); }), "\"text\" must be a whole number");
  EXPECT_EQ(message([&] { integer_field(json, "number"); }), "\"number\" must be a whole number");
  EXPECT_EQ(message([&] { string_field(json, "number"); }), "\"number\" must be a string");
  EXPECT_EQ(message([&] { bool_field(json, "no"); }), "\"no\" must be true or false");
  EXPECT_EQ(message([&] { number_field(json, "text"); }), "\"text\" must be a number");
  EXPECT_EQ(message([&] { as_array(json, "it"); }), "\"it\" must be an array");
  EXPECT_THROW(field(Json::array(), "a"), BadJson);
  EXPECT_THROW(optional_field(Json("text"), "a"), BadJson);
}

TEST(Fields, AreOptionalWhenAbsentOrNull) {
  const Json json = parse_json(R"({"a":1,"no":null})");
  ASSERT_NE(optional_field(json, "a"), nullptr);
  EXPECT_EQ(*optional_field(json, "a"), 1);
  EXPECT_EQ(optional_field(json, "no"), nullptr);
  EXPECT_EQ(optional_field(json, "gone"), nullptr);
}

TEST(WriteJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(to_line(Json("a\xff")), "\"a\\ufffd\"");
  EXPECT_EQ(to_text(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(WriteJson, IsOneAsciiLineOrIndentedUtf8) {
  const Json json = {{"µ", Json::array({1, "a\nb"})}};
  EXPECT_EQ(to_line(json), R"({"\u00b5":[1,"a\nb"]})");
  EXPECT_EQ(to_text(json), "{\n  \"µ\": [\n    1,\n    \"a\\nb\"\n  ]\n}");
}

#ifndef NDEBUG
TEST(WriteJsonDeathTest, RefusesNumbersThatJsonDoesNotHave) {
  const Json json = {{"a", Json::array({1.0, std::nan("")})}};
  EXPECT_DEATH(to_line(json), "all_finite");
  EXPECT_DEATH(to_text(Json(std::numeric_limits<double>::infinity())), "all_finite");
}
#endif

}  // namespace
}  // namespace concbench
