#include "reports/result/result.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <string>

#include "reports/result/json.hpp"
#include "reports/result/output_file.hpp"
#include "reports/result/result_file.hpp"
#include "reports/result/result_json.hpp"
#include "tests/example_result.hpp"
#include "tests/in_folder.hpp"

namespace concbench {
namespace {

namespace fs = std::filesystem;

using ResultFile = InFolder;

Json example_json() { return to_json(example_result()); }

std::string refusal_of(const Json& json) {
  try {
    result_from_json(json);
  } catch (const BadJson& bad) {
    return bad.what();
  }
  return "none";
}

TEST(CellName, TellsParametersCoresAndAnUnusualLayout) {
  Cell cell = example_cell("fibers", "fib", {{"n", std::int64_t{27}}}, 2);
  EXPECT_EQ(cell.name(), "fibers/fib/n:27/cores:2");
  cell.layout = "spread";
  EXPECT_EQ(cell.name(), "fibers/fib/n:27/cores:2/layout:spread");
}

TEST(ResultJson, IsTheApprovedFile) {
  const std::string text = to_text(example_json()) + '\n';
  EXPECT_EQ(text, approved("result.json", text));
}

TEST(ResultJson, RoundTripsExactly) {
  Result result = example_result();
  result.cells[0].summary->ns_per_op.median = 0.1 + 0.2;
  result.cells[0].samples[0].ops = std::numeric_limits<std::uint64_t>::max();
  result.cells[0].samples[0].wall_ns = std::numeric_limits<std::int64_t>::max();
  const std::string text = to_text(to_json(result));
  const Result again = result_from_json(parse_json(text));
  EXPECT_EQ(to_text(to_json(again)), text);
  EXPECT_EQ(again.seed, result.seed);
  EXPECT_EQ(again.cells[0].summary->ns_per_op.median, 0.1 + 0.2);
  EXPECT_EQ(again.cells[0].params, result.cells[0].params);
  EXPECT_EQ(again.cells.back().params, result.cells.back().params);
  EXPECT_EQ(again.machine.quota_cpus, 2.5);
  EXPECT_FALSE(again.environment.governor);
  EXPECT_EQ(again.environment.cgroup, "/user.slice");
  EXPECT_EQ(again.cells[1].reason, "no answer within 30 s");
}

TEST(ResultJson, RoundTripsAnEmptyResult) {
  const Json json = to_json(Result{});
  EXPECT_EQ(to_json(result_from_json(json)), json);
}

TEST(ResultJson, WritesWhatIsUnknownAsNull) {
  const Json json = to_json(Result{});
  EXPECT_TRUE(json["concbench"]["environment"]["governor"].is_null());
  EXPECT_TRUE(json["concbench"]["request"]["budget_s"].is_null());
  EXPECT_FALSE(json["context"].contains("cpu_scaling_enabled"));
}

TEST(ResultJson, GivesGoogleBenchmarkAnEntryForEachSampleOfWhatWasVerified) {
  const Json json = example_json();
  std::size_t samples = 0;
  for (const Cell& cell : example_result().cells) {
    if (cell.status == Status::ok) samples += cell.samples.size();
  }
  ASSERT_EQ(json["benchmarks"].size(), samples);
  const Json& first = json["benchmarks"][0];
  EXPECT_EQ(first["name"], "serial/fib/n:12/cores:2");
  EXPECT_EQ(first["run_type"], "iteration");
  EXPECT_EQ(first["time_unit"], "ns");
  EXPECT_DOUBLE_EQ(first["real_time"].get<double>(), 970'200.0 / 100);
  EXPECT_DOUBLE_EQ(first["ns_per_op"].get<double>(), 0.9702);
  EXPECT_EQ(json["benchmarks"][1]["repetition_index"], 1);
}

TEST(ResultJson, RanksTheModelsOfEachTable) {
  const Json json = example_json();
  const Json& rankings = json["concbench"]["derived"]["rankings"];
  ASSERT_EQ(rankings.size(), 2u);
  EXPECT_EQ(rankings[1]["workload"], "mpmc");
  EXPECT_EQ(rankings[1]["models"][0]["model"], "goroutines");
  EXPECT_EQ(rankings[1]["models"][0]["ratio"], 1.0);
  EXPECT_DOUBLE_EQ(rankings[1]["models"][1]["ratio"].get<double>(), 278 / 28.5);
}

TEST(ResultJson, NamesTheFieldThatIsWrongAndWhereItIs) {
  const auto with = [](const char* pointer, Json value) {
    Json json = example_json();
    json[Json::json_pointer(pointer)] = std::move(value);
    return refusal_of(json);
  };
  EXPECT_EQ(with("/concbench/cells/2/samples/0/wall_ns", 1.5),
            "\"concbench.cells[2].samples[0].wall_ns\" must be a whole number");
  EXPECT_EQ(with("/concbench/cells/0/status", "fine"),
            "\"concbench.cells[0].status\" must be ok, failed, crashed, timeout or skipped");
  EXPECT_EQ(with("/concbench/cells/0/cores", std::int64_t{1} << 40),
            "\"concbench.cells[0].cores\" is out of range");
  EXPECT_EQ(with("/concbench/cells/0/params/n", 1.5),
            "\"concbench.cells[0].params.n\" must be a whole number");
  EXPECT_EQ(with("/concbench/build/libraries", Json::array()),
            "\"concbench.build.libraries\" must be an object");
  EXPECT_NE(with("/concbench/schema", 2).find("schema 2"), std::string::npos);
  EXPECT_NE(with("/concbench", nullptr).find("not a result"), std::string::npos);

  Json json = example_json();
  json["concbench"]["cells"][0].erase("verified");
  EXPECT_EQ(refusal_of(json), "\"concbench.cells[0].verified\" is missing");
  for (const Json& other : {Json(), Json(1), Json::array(), Json::object()}) {
    EXPECT_NE(refusal_of(other).find("not a result"), std::string::npos);
  }
}

TEST(ResultJson, ReadsResultsFromBeforeAFieldWasAdded) {
  Json json = example_json();
  for (Json& cell : json["concbench"]["cells"]) cell.erase("notes");
  EXPECT_TRUE(result_from_json(json).cells[0].notes.empty());
}

TEST(ResultJson, IgnoresFieldsThatItDoesNotKnow) {
  Json json = example_json();
  json["concbench"]["cells"][0]["colour"] = "red";
  EXPECT_EQ(to_json(result_from_json(json)), example_json());
}

TEST_F(ResultFile, IsReadAsItWasWritten) {
  write_text(text_of(example_result()), at("r.json"));
  EXPECT_EQ(to_json(read_result(at("r.json"))), example_json());
}

TEST_F(ResultFile, SaysWhichFileIsNoResult) {
  std::ofstream(at("r.json")) << "{\"context\": {}}";
  try {
    read_result(at("r.json"));
    FAIL();
  } catch (const BadJson& bad) {
    EXPECT_NE(std::string(bad.what()).find(at("r.json")), std::string::npos);
  }
  EXPECT_THROW(read_result(at("gone.json")), CannotRead);
  EXPECT_THROW(read_result(at("")), CannotRead);
}

}  // namespace
}  // namespace concbench
