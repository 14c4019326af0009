#include "reports/result/check_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/result/params_json.hpp"

namespace concbench {
namespace {

Json json_of(const CheckedProgram& program) {
  return {{"command", program.command},
          {"version", program.version},
          {"build", or_null(program.build)}};
}

Json json_of(const Rule& rule) {
  return {{"min_effect", rule.min_effect}, {"equivalence", rule.equivalence},
          {"screen", rule.screen},         {"confirm", rule.confirm},
          {"level", rule.level},           {"power", rule.power}};
}

Json json_of(const Pair& pair) {
  const Conditions& seen = pair.conditions;
  return {{"new_first", pair.new_first},
          {"base_ns", pair.base_ns},
          {"new_ns", pair.new_ns},
          {"sentinel_ns", {seen.reference_before_ns, seen.reference_after_ns}},
          {"span_ns", seen.span_ns},
          {"steal_ns", or_null(seen.steal_ns)},
          {"foreign_ns", or_null(seen.foreign_ns)},
          {"runnable", or_null(seen.runnable)}};
}

Json json_of(const Judgement& judgement) {
  Json effect = nullptr;
  if (judgement.effect) {
    effect = {{"ratio", judgement.effect->ratio},
              {"low", judgement.effect->low},
              {"high", judgement.effect->high}};
  }
  return {{"verdict", name_of(judgement.verdict)},
          {"reason", judgement.reason.empty() ? Json(nullptr) : Json(judgement.reason)},
          {"pairs", judgement.pairs},
          {"deciding", judgement.deciding},
          {"confirming", judgement.confirming},
          {"effect", effect},
          {"p", or_null(judgement.p)},
          {"smallest_detectable", or_null(judgement.smallest_detectable)}};
}

Json json_of(const CheckedCell& cell) {
  Json json = {{"name", cell.name},
               {"model", cell.model},
               {"workload", cell.workload},
               {"params", to_json(cell.params)},
               {"op", cell.op},
               {"cpus", cell.cpus},
               {"ops", cell.ops},
               {"iterations", cell.iterations},
               {"pinned", cell.pinned},
               {"injected", cell.injected},
               {"seconds", cell.seconds},
               {"ended", cell.ended.empty() ? Json(nullptr) : Json(cell.ended)}};
  json.update(json_of(cell.judgement));
  json["samples"] = Json::array();
  for (const Pair& pair : cell.pairs) json["samples"].push_back(json_of(pair));
  return json;
}

std::string text_or_empty(const Json& json, const char* key) {
  return optional_field(json, key) ? string_field(json, key) : "";
}

std::optional<std::int64_t> optional_integer(const Json& json, const char* key) {
  if (!optional_field(json, key)) return {};
  return integer_field(json, key);
}

std::optional<double> optional_number(const Json& json, const char* key) {
  if (!optional_field(json, key)) return {};
  return number_field(json, key);
}

std::vector<std::int64_t> times(const Json& json, const char* key) {
  std::vector<std::int64_t> list;
  for (const Json& value : as_array(field(json, key), key)) {
    list.push_back(as_integer(value, key));
    if (list.back() <= 0) throw BadJson(fmt::format("\"{}\" has a time that is not above 0", key));
  }
  return list;
}

CheckedProgram program_from(const Json& json) {
  CheckedProgram program{.command = string_field(json, "command"),
                         .version = string_field(json, "version")};
  if (optional_field(json, "build")) program.build = string_field(json, "build");
  return program;
}

Rule rule_from(const Json& json) {
  return {.min_effect = number_field(json, "min_effect"),
          .equivalence = number_field(json, "equivalence"),
          .screen = number_field(json, "screen"),
          .confirm = number_field(json, "confirm"),
          .level = number_field(json, "level"),
          .power = number_field(json, "power")};
}

Pair pair_from(const Json& json) {
  Pair pair{.new_first = bool_field(json, "new_first"),
            .base_ns = times(json, "base_ns"),
            .new_ns = times(json, "new_ns")};
  if (pair.base_ns.empty() || pair.base_ns.size() != pair.new_ns.size()) {
    throw BadJson("\"base_ns\" and \"new_ns\" must have as many slices as each other, at least 1");
  }
  const std::vector<std::int64_t> reference = times(json, "sentinel_ns");
  if (reference.size() != 2) throw BadJson("\"sentinel_ns\" must have two times");
  pair.conditions = {.reference_before_ns = reference[0],
                     .reference_after_ns = reference[1],
                     .span_ns = integer_field(json, "span_ns"),
                     .steal_ns = optional_integer(json, "steal_ns"),
                     .foreign_ns = optional_integer(json, "foreign_ns")};
  if (const auto runnable = optional_integer(json, "runnable")) {
    pair.conditions.runnable = static_cast<int>(*runnable);
  }
  return pair;
}

Verdict verdict_from(const std::string& name) {
  for (const Verdict verdict : all_verdicts) {
    if (name_of(verdict) == name) return verdict;
  }
  throw BadJson(fmt::format("\"verdict\" is '{}', which is none", name));
}

Judgement judgement_from(const Json& json) {
  Judgement judgement{.verdict = verdict_from(string_field(json, "verdict")),
                      .reason = text_or_empty(json, "reason"),
                      .pairs = static_cast<int>(integer_field(json, "pairs")),
                      .deciding = static_cast<int>(integer_field(json, "deciding")),
                      .confirming = bool_field(json, "confirming")};
  if (const Json* effect = optional_field(json, "effect")) {
    judgement.effect = {number_field(*effect, "ratio"), number_field(*effect, "low"),
                        number_field(*effect, "high")};
  }
  judgement.p = optional_number(json, "p");
  judgement.smallest_detectable = optional_number(json, "smallest_detectable");
  return judgement;
}

CheckedCell cell_from(const Json& json) {
  CheckedCell cell{.name = string_field(json, "name"),
                   .model = string_field(json, "model"),
                   .workload = string_field(json, "workload"),
                   .op = string_field(json, "op")};
  cell.params = params_from_json(field(json, "params"), "params");
  for (const Json& cpu : as_array(field(json, "cpus"), "cpus")) {
    cell.cpus.push_back(static_cast<int>(as_integer(cpu, "cpus")));
  }
  cell.ops = as_unsigned(field(json, "ops"), "ops");
  cell.iterations = integer_field(json, "iterations");
  if (optional_field(json, "pinned")) cell.pinned = bool_field(json, "pinned");
  cell.injected = number_field(json, "injected");
  cell.seconds = number_field(json, "seconds");
  cell.ended = text_or_empty(json, "ended");
  cell.judgement = judgement_from(json);
  for (const Json& pair : as_array(field(json, "samples"), "samples")) {
    cell.pairs.push_back(pair_from(pair));
  }
  return cell;
}

}  // namespace

Json to_json(const Check& check) {
  Json cells = Json::array();
  for (const CheckedCell& cell : check.cells) cells.push_back(json_of(cell));
  return {{"concbench_check",
           {{"schema", Check::schema},
            {"complete", check.complete},
            {"verdict", name_of(overall(check))},
            {"date", check.date},
            {"command", check.command},
            {"seed", check.seed},
            {"self_test", check.self_test},
            {"rule", json_of(check.rule)},
            {"base", json_of(check.base)},
            {"new", json_of(check.next)},
            {"machine", check.machine},
            {"limits", check.limits},
            {"cells", cells}}}};
}

Check check_from_json(const Json& json) {
  const Json* object = json.is_object() ? optional_field(json, "concbench_check") : nullptr;
  if (!object) throw BadJson("no object \"concbench_check\": not a file of concbench check");
  if (const auto schema = integer_field(*object, "schema"); schema != Check::schema) {
    throw BadJson(fmt::format("a check of schema {}, but this program reads schema {}", schema,
                              Check::schema));
  }
  Check check{.complete = bool_field(*object, "complete"),
              .date = string_field(*object, "date"),
              .command = string_field(*object, "command"),
              .seed = as_unsigned(field(*object, "seed"), "seed"),
              .self_test = bool_field(*object, "self_test"),
              .rule = rule_from(field(*object, "rule")),
              .base = program_from(field(*object, "base")),
              .next = program_from(field(*object, "new")),
              .machine = string_field(*object, "machine"),
              .limits = {},
              .cells = {}};
  if (const Json* limits = optional_field(*object, "limits")) {
    for (const Json& limit : as_array(*limits, "limits")) {
      check.limits.push_back(as_string(limit, "limits"));
    }
  }
  for (const Json& cell : as_array(field(*object, "cells"), "cells")) {
    check.cells.push_back(cell_from(cell));
  }
  return check;
}

}  // namespace concbench
