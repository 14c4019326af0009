#include "reports/text/text.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace concbench {
namespace {

TEST(Text, IsCountedInColumnsOfATerminal) {
  EXPECT_EQ(width_of("µs"), 2u);
  EXPECT_EQ(width_of("日本"), 4u);
  EXPECT_EQ(width_of("e\u0301"), 1u);
}

TEST(Text, BecomesAsciiWhereTheTerminalShowsNoMore) {
  const TableStyle ascii{.unicode = false};
  EXPECT_EQ(shown("12.5 µs · × best, 1–2, ±3 …", ascii), "12.5 us | x best, 1-2, +-3 ...");
  EXPECT_EQ(shown("2·fib(n + 1) − 1", ascii), "2*fib(n + 1) - 1");
  EXPECT_EQ(shown("日", ascii), "?");
  EXPECT_EQ(shown("µ\x1b[31m\n", {}), "µ [31m ");
}

TEST(Text, KeepsLongLinesForAPipeAndBreaksThemForATerminal) {
  const std::string line = "  fib          measures what it costs to make a task and await it\n";
  EXPECT_EQ(fitted(line, {.width = 40}), line);
  EXPECT_EQ(fitted(line, {.width = 40, .wraps = true}),
            "  fib          measures what it costs to\n"
            "               make a task and await it\n");
}

TEST(Text, GoesOnBelowItsBeginningWhereColumnsLeaveNoRoom) {
  EXPECT_EQ(fitted("  a long first column of it  and then words\n", {.width = 30, .wraps = true}),
            "  a long first column of it\n"
            "  and then words\n");
}

TEST(Text, FitsAnyWidthButForASingleWord) {
  for (const int width : {1, 7, 20, 60}) {
    const std::string text = fitted("one two three four five, µs × best\nsix  seven eight\n",
                                    {.width = width, .wraps = true});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(width_of(line) <= static_cast<std::size_t>(width) || line.find(' ') == line.npos)
          << width << ": " << line;
    }
  }
}

TEST(Text, IsPaintedLineByLine) {
  const TableStyle style{.color = true, .width = 9, .wraps = true};
  EXPECT_EQ(fitted("one two three\n", style, color::red),
            "\x1b[31mone two\x1b[0m\n\x1b[31mthree\x1b[0m\n");
  EXPECT_EQ(fitted("one\n", style), "one\n");
  EXPECT_EQ(fitted("one\n", {}, color::red), "one\n");
}

}  // namespace
}  // namespace concbench
