#include "reports/text/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "reports/statistics/ranking.hpp"
#include "reports/text/units.hpp"
#include "tests/example_result.hpp"

namespace concbench {
namespace {

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

TEST(Table, ShowsEveryKindOfCellAsApproved) {
  const std::string table = to_table(example_result(), {.width = 110});
  EXPECT_EQ(table, approved("table.txt", table));
}

TEST(Table, FitsANarrowTerminalInAsciiAsApproved) {
  const std::string table = to_table(example_result(), {.unicode = false, .width = 72});
  EXPECT_EQ(table, approved("table_narrow.txt", table));
  EXPECT_TRUE(is_ascii(table));
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 72u) << line;
}

TEST(Table, IsMarkdownAsApproved) {
  const std::string table = to_markdown(example_result());
  EXPECT_EQ(table, approved("table.md", table));
}

TEST(Table, IsCsvAsApproved) {
  const std::string csv = to_csv(example_result());
  EXPECT_EQ(csv, approved("table.csv", csv));
}

TEST(Table, HasColourCodesOnlyWhenAsked) {
  EXPECT_EQ(to_table(example_result(), {.color = false}).find('\x1b'), std::string::npos);
  const std::string colored = to_table(example_result(), {.color = true});
  EXPECT_NE(colored.find("\x1b[1m"), std::string::npos);

  std::string stripped;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b')
      i = colored.find('m', i);
    else
      stripped += colored[i];
  }
  EXPECT_EQ(stripped, to_table(example_result()));
}

TEST(Table, ShowsTheTimeOnATerminalOfAnyWidth) {
  for (const int width : {-1, 0, 1, 20}) {
    EXPECT_NE(to_table(example_result(), {.width = width}).find("0.980 ns"), std::string::npos);
  }
}

TEST(Table, KeepsControlCharactersFromTheTerminal) {
  Result result = example_result();
  result.cells[1].reason = "said \x1b[31mred\x07 and\nwent\xff";
  const std::string table = to_table(result);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(table.find('\x07'), std::string::npos);
  EXPECT_NE(table.find("red  and went"), std::string::npos) << table;
}

TEST(Table, CallsARangeAnIntervalFromSixProcesses) {
  Result result;
  result.complete = true;
  const auto fib = [](std::vector<double> times) {
    return measured(example_cell("pool", "fib", {{"n", std::int64_t{12}}}, 1), times, 1);
  };
  result.cells = {fib({1, 2, 3, 4, 5, 6})};
  EXPECT_NE(to_table(result).find("96.9 % intervals of 6 processes"), std::string::npos);
  result.cells = {fib({1, 2, 3, 4, 5})};
  EXPECT_NE(to_table(result).find("ranges those of 5 processes"), std::string::npos);
  result.cells = {fib({1})};
  EXPECT_NE(to_table(result).find("no range can be given"), std::string::npos);
}

TEST(Table, SaysThatARunWasEndedEarly) {
  Result result = example_result();
  EXPECT_EQ(to_table(result).find("ended early"), std::string::npos);
  result.complete = false;
  EXPECT_NE(to_table(result).find("ended early"), std::string::npos);
}

TEST(Table, OfNothingIsEmpty) {
  Result result;
  result.complete = true;
  EXPECT_EQ(to_table(result), "");
  EXPECT_EQ(to_markdown(result), "");
}

TEST(Csv, QuotesWhatWouldBreakARow) {
  Result result;
  result.cells = {
      unmeasured(example_cell("pool", "fib", {}, 1), Status::failed, "said \"no\",\r\ntwice")};
  EXPECT_NE(to_csv(result).find(",failed,\"said \"\"no\"\",  twice\",task,"), std::string::npos);
}

TEST(Groups, KeepDifferentWorkApart) {
  Result result;
  const auto add = [&](std::int64_t n, int cores, const std::string& layout) {
    result.cells.push_back(measured(example_cell("pool", "fib", {{"n", n}}, cores), {1}, 1));
    result.cells.back().layout = layout;
  };
  add(12, 1, "compact");
  add(25, 1, "compact");
  add(12, 2, "compact");
  add(12, 2, "spread");
  add(12, 1, "compact");
  const auto groups = groups_of(result);
  ASSERT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups[0].ranked.size(), 2u);
}

TEST(Groups, TakeTheSerialReferenceFromAnotherPlacementOfTheSameWork) {
  Result result;
  const auto add = [&](const std::string& model, std::int64_t n, int cores) {
    result.cells.push_back(measured(example_cell(model, "fib", {{"n", n}}, cores), {1}, 1));
  };
  add("serial", 25, 1);
  add("serial", 12, 1);
  add("pool", 12, 2);
  const auto groups = groups_of(result);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[2].serial, &result.cells[1]);
  result.cells[1].status = Status::failed;
  EXPECT_EQ(groups_of(result)[2].serial, nullptr);
}

TEST(Units, KeepThreeDigitsAndStepWhereRoundingDoes) {
  EXPECT_EQ(duration_text(0.75), "0.750 ns");
  EXPECT_EQ(duration_text(9.996), "10.0 ns");
  EXPECT_EQ(duration_text(999.4), "999 ns");
  EXPECT_EQ(duration_text(999.6), "1.00 µs");
  EXPECT_EQ(duration_text(47'700), "47.7 µs");
  EXPECT_EQ(duration_text(2.5e9), "2.50 s");
  EXPECT_EQ(duration_text(7.2e12), "7200 s");
  EXPECT_EQ(rate_text(980e6), "980 M");
  EXPECT_EQ(rate_text(12), "12.0");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.00 KiB");
  EXPECT_EQ(bytes_text(3'276'800), "3.12 MiB");
  EXPECT_EQ(ratio_text(1), "1.00");
  EXPECT_EQ(ratio_text(48'673.4), "48,673");
  EXPECT_EQ(ratio_text(1'234'567), "1,234,567");
  EXPECT_EQ(level_text(0.96875), "96.9 %");
}

TEST(Units, GiveARangeInTheUnitOfItsMedian) {
  EXPECT_EQ(range_text(950, 1'200, 1'100), "0.950–1.20 µs");
  EXPECT_EQ(range_text(0.97, 1.02, 0.98), "0.970–1.02 ns");
}

}  // namespace
}  // namespace concbench
