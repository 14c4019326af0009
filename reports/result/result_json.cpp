#include "reports/result/result_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <utility>

#include "reports/result/derived_json.hpp"
#include "reports/result/finding_json.hpp"
#include "reports/result/params_json.hpp"

namespace concbench {
namespace {

// ---- The fields ------------------------------------------------------------------------------
// Each list below names the members of one struct for both ways, so that what is written is read.
// An archive is called with the name of a field and the member, which is const when it writes. Its
// object() groups fields that no struct of their own stands for; its derived() is never read; its
// added() is a field that the first results of this schema do not have.

template <class T, class Struct>
concept Of = std::same_as<std::remove_const_t<T>, Struct>;

// Text that is null in the file where it is empty in the result.
template <class Text>
struct NullIfEmpty {
  Text& text;
};
template <class Text>
NullIfEmpty(Text&) -> NullIfEmpty<Text>;

void fields(auto& archive, Of<Estimate> auto& estimate) {
  archive("median", estimate.median);
  archive("low", estimate.low);
  archive("high", estimate.high);
}

void fields(auto& archive, Of<Summary> auto& summary) {
  archive("ns_per_op", summary.ns_per_op);
  archive("ops_per_s", summary.ops_per_s);
  archive("cpu_per_wall", summary.cpu_per_wall);
  archive.added("cpu_ns_per_op", summary.cpu_ns_per_op);
  archive("processes", summary.processes);
  archive("level", summary.level);
}

void fields(auto& archive, Of<Sample> auto& sample) {
  archive("process", sample.process);
  archive("index", sample.index);
  archive("iterations", sample.iterations);
  archive("wall_ns", sample.wall_ns);
  archive("cpu_ns", sample.cpu_ns);
  archive("ops", sample.ops);
  archive("voluntary", sample.voluntary);
  archive("involuntary", sample.involuntary);
  archive("migrations", sample.migrations);
  archive("span_ns", sample.span_ns);
  archive("steal_ns", sample.steal_ns);
  archive("foreign_ns", sample.foreign_ns);
}

void fields(auto& archive, Of<ProcessInfo> auto& process) {
  archive("index", process.index);
  archive.added("host", process.host);
  archive.added("warmup_runs", process.warmup_runs);
  archive("cold_start_ns", process.cold_start_ns);
  archive("peak_rss_bytes", process.peak_rss_bytes);
  archive("children_peak_rss_bytes", process.children_peak_rss_bytes);
}

void fields(auto& archive, Of<Ceiling> auto& ceiling) {
  archive("predicted", ceiling.predicted);
  archive("limit", ceiling.limit);
  archive("found", ceiling.found);
  archive("how", ceiling.how);
}

// The program's part and the kernel's; unknown if either is.
Json bytes_per_task(const Memory& memory) {
  if (!memory.user_bytes_per_task || !memory.kernel_bytes_per_task) return nullptr;
  const std::int64_t bytes = *memory.user_bytes_per_task + *memory.kernel_bytes_per_task;
  // Few tasks are lost in what others on the machine do; a negative size says so.
  return bytes > 0 ? Json(bytes) : Json();
}

void fields(auto& archive, Of<Memory> auto& memory) {
  archive("peak_rss", memory.peak_rss_bytes);
  archive("children_peak_rss", memory.children_peak_rss_bytes);
  archive.derived("bytes_per_task", [&] { return bytes_per_task(memory); });
  archive("user_bytes_per_task", memory.user_bytes_per_task);
  archive("kernel_bytes_per_task", memory.kernel_bytes_per_task);
  archive("ceiling", memory.ceiling);
}

void fields(auto& archive, Of<Latency::Bucket> auto& bucket) {
  archive("low", bucket.low_ns);
  archive("count", bucket.count);
}

void fields(auto& archive, Of<Latency> auto& latency) {
  archive("what", latency.what);
  archive("count", latency.count);
  archive("p50", latency.p50);
  archive("p90", latency.p90);
  archive("p99", latency.p99);
  archive("p999", latency.p999);
  archive("p9999", latency.p9999);
  archive("max", latency.max);
  archive.added("p99_of_processes", latency.p99_of_processes);
  archive("buckets", latency.buckets);
}

void fields(auto& archive, Of<Fairness> auto& fairness) {
  archive("share_low", fairness.share_low);
  archive("share_high", fairness.share_high);
  archive("longest_wait_ns", fairness.longest_wait_ns);
}

void fields(auto& archive, Of<Measures> auto& measures) {
  archive("cold_start_ns", measures.cold_start_ns);
  archive("peak_live", measures.peak_live);
  archive("make_ns", measures.make_ns);
  archive("release_ns", measures.release_ns);
  archive("overlap", measures.overlap);
  archive.added("greedy_share", measures.greedy_share);
  archive("fairness", measures.fairness);
  archive("generator_lateness", measures.generator_lateness);
  archive.added("switched_share", measures.switched_share);
  archive("metg_ns", measures.metg_ns);
  archive("counters", measures.counters);
  archive("counter_notes", measures.counter_notes);
}

void fields(auto& archive, Of<ObservedWorker> auto& worker) {
  archive("cpu", worker.cpu);
  archive("observed", worker.observed);
  archive("migrations", worker.migrations);
}

void fields(auto& archive, Of<Cell> auto& cell) {
  archive("model", cell.model);
  archive("workload", cell.workload);
  archive("shape", cell.shape);
  archive("params", cell.params);
  archive("cores", cell.cores);
  archive("layout", cell.layout);
  archive("oversubscribed", cell.oversubscribed);
  archive("status", cell.status);
  archive("reason", NullIfEmpty{cell.reason});
  archive("warnings", cell.warnings);
  archive("command", cell.command);
  archive("op", cell.op);
  archive("answer", cell.answer);
  archive("verified", cell.verified);
  archive("processes", cell.processes);
  archive("samples", cell.samples);
  archive("summary", cell.summary);
  archive("latency_ns", cell.latency);
  archive.derived("merit", [&] { return merit_json(cell); });
  archive("memory", cell.memory);
  archive("measures", cell.measures);
  archive.object("placement", [&](auto& placement) {
    placement("requested", cell.requested_cpus);
    placement("workers", cell.workers);
  });
  archive.added("notes", cell.notes);
}

void fields(auto& archive, Of<Request> auto& request) {
  archive("argv", request.argv);
  archive("preset", request.preset);
  archive("processes", request.processes);
  archive("repetitions", request.repetitions);
  archive("min_time_s", request.min_time_s);
  archive("timeout_s", request.timeout_s);
  archive("budget_s", request.budget_s);
}

void fields(auto& archive, Of<BuildInfo> auto& build) {
  archive("version", build.version);
  archive("commit", build.commit);
  archive("compiler", build.compiler);
  archive("flags", build.flags);
  archive("build_type", build.build_type);
  archive("libraries", build.libraries);
}

void fields(auto& archive, Of<Environment> auto& environment) {
  archive("host", environment.host);
  archive("cpu_model", environment.cpu_model);
  archive("kernel", environment.kernel);
  archive("hypervisor", environment.hypervisor);
  archive("governor", environment.governor);
  archive("microcode", environment.microcode);
  archive("boost", environment.boost);
  archive("smt", environment.smt);
  archive("aslr", environment.aslr);
  archive("clocksource", environment.clocksource);
  archive.object("cgroup", [&](auto& cgroup) { cgroup("path", environment.cgroup); });
  archive("load", environment.load_1min);
  archive("steal", environment.steal_share);
  archive("notes", environment.notes);
  archive.added("findings", environment.findings);
  archive.added("niceness", environment.niceness);
  archive.added("policy", environment.policy);
  archive.added("variables", environment.variables);
  archive.added("dropped_variables", environment.dropped_variables);
}

void fields(auto& archive, Of<CacheInfo> auto& cache) {
  archive("level", cache.level);
  archive("size_bytes", cache.size_bytes);
  archive("count", cache.count);
}

void fields(auto& archive, Of<MachineInfo> auto& machine) {
  archive("packages", machine.packages);
  archive("cores", machine.cores);
  archive("pus", machine.pus);
  archive("numa", machine.numa);
  archive("caches", machine.caches);
  archive("allowed", machine.allowed);
  archive("quota_cpus", machine.quota_cpus);
}

void fields(auto& archive, Of<Result> auto& result) {
  archive.derived("schema", [] { return Result::schema; });
  archive("complete", result.complete);
  archive("date", result.date);
  archive("program", result.program);
  archive("seed", result.seed);
  archive("order", result.order);
  archive("adjusted", result.adjusted);
  archive("request", result.request);
  archive.derived("derived", [&] { return derived_json(result); });
  archive("build", result.build);
  archive("environment", result.environment);
  archive("topology", result.machine);
  archive("cells", result.cells);
}

// ---- Writing ---------------------------------------------------------------------------------

class Writer {
 public:
  void operator()(const char* name, const auto& member) { object_[name] = json_of(member); }
  void object(const char* name, auto&& members) {
    Writer writer;
    members(writer);
    object_[name] = std::move(writer.object_);
  }
  void derived(const char* name, auto&& make) { object_[name] = make(); }
  void added(const char* name, const auto& member) { (*this)(name, member); }

  template <class T>
  requires requires(Writer& writer, const T& value) { fields(writer, value); }
  static Json json_of(const T& value) {
    Writer writer;
    fields(writer, value);
    return std::move(writer.object_);
  }

  template <class T>
  requires std::is_arithmetic_v<T>
  static Json json_of(T value) { return value; }
  static Json json_of(const std::string& text) { return text; }
  static Json json_of(Status status) { return name_of(status); }
  static Json json_of(const Finding& finding) { return to_json(finding); }
  static Json json_of(const Params& params) { return to_json(params); }
  template <class Text>
  static Json json_of(NullIfEmpty<Text> value) {
    return value.text.empty() ? Json(nullptr) : Json(value.text);
  }
  template <class T>
  static Json json_of(const std::optional<T>& value) {
    return value ? json_of(*value) : Json(nullptr);
  }
  template <class T>
  static Json json_of(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& value : values) array.push_back(json_of(value));
    return array;
  }
  template <class T>
  static Json json_of(const std::map<std::string, T>& values) {
    Json object = Json::object();
    for (const auto& [key, value] : values) object[key] = json_of(value);
    return object;
  }

 private:
  Json object_ = Json::object();
};

// ---- Writing for Google Benchmark's tools ----------------------------------------------------

// Google Benchmark knows no null, so what is unknown is left out.
Json context(const Result& result) {
  const Environment& environment = result.environment;
  Json context = {{"date", result.date},
                  {"host_name", environment.host},
                  {"executable", result.program},
                  {"num_cpus", result.machine.pus}};
  if (environment.governor) context["cpu_scaling_enabled"] = *environment.governor != "performance";
  context["caches"] = Json::array();
  for (const CacheInfo& cache : result.machine.caches) {
    context["caches"].push_back(
        {{"type", cache.level == 1 ? "Data" : "Unified"},
         {"level", cache.level},
         {"size", cache.size_bytes},
         {"num_sharing", cache.count > 0 ? result.machine.pus / cache.count : 0}});
  }
  context["load_avg"] = Json::array();
  if (environment.load_1min) context["load_avg"].push_back(*environment.load_1min);
  // Meant to warn of a timing loop without optimisation, and the loop is ours.
  context["library_build_type"] = result.build.build_type == "Debug" ? "debug" : "release";
  return context;
}

Json entry(const Cell& cell, const Sample& sample, std::size_t repetition) {
  const auto iterations = static_cast<double>(std::max<std::int64_t>(sample.iterations, 1));
  const auto ops = static_cast<double>(sample.ops);
  const auto wall_ns = static_cast<double>(sample.wall_ns);
  Json entry = {
      {"name", cell.name()},
      {"run_name", cell.name()},
      {"run_type", "iteration"},
      {"repetitions", cell.samples.size()},
      {"repetition_index", repetition},
      {"threads", cell.cores},
      {"iterations", sample.iterations},
      {"real_time", wall_ns / iterations},
      // compare.py fails without it. Nothing that ran took no CPU time, so 0 reads as not measured.
      {"cpu_time", static_cast<double>(sample.cpu_ns.value_or(0)) / iterations},
      {"time_unit", "ns"}};
  if (sample.ops > 0) entry["ns_per_op"] = wall_ns / ops;
  if (sample.wall_ns > 0) entry["items_per_second"] = ops / wall_ns * 1e9;
  if (sample.voluntary) entry["voluntary"] = *sample.voluntary;
  if (sample.involuntary) entry["involuntary"] = *sample.involuntary;
  if (sample.migrations) entry["migrations"] = *sample.migrations;
  return entry;
}

// A family is a model with a workload; its instances are the parameters and placements it ran with.
// Only what was verified becomes a number.
Json entries(const Result& result) {
  std::map<std::string, std::pair<std::size_t, int>> families;  // to their index and next instance
  Json entries = Json::array();
  for (const Cell& cell : result.cells) {
    if (cell.status != Status::ok) continue;
    const auto family =
        families.try_emplace(cell.model + '/' + cell.workload, families.size(), 0).first;
    auto& [family_index, instances] = family->second;
    const int instance = instances++;
    for (std::size_t i = 0; i < cell.samples.size(); ++i) {
      entries.push_back(entry(cell, cell.samples[i], i));
      entries.back()["family_index"] = family_index;
      entries.back()["per_family_instance_index"] = instance;
    }
  }
  return entries;
}

// ---- Reading ---------------------------------------------------------------------------------

class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    as_object(object_, path_);
  }

  template <class T>
  void operator()(const char* name, T&& member) const {
    read(member_json(name), path_ + '.' + name, member);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& member) const {
    const Json* value = optional_field(object_, name);
    if (value) read(*value, path_ + '.' + name, member.emplace());
  }
  void object(const char* name, auto&& members) const {
    const Reader reader(member_json(name), path_ + '.' + name);
    members(reader);
  }
  void derived(const char*, auto&&) const {}
  void added(const char* name, auto& member) const {
    if (optional_field(object_, name)) (*this)(name, member);
  }

 private:
  const Json& member_json(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) throw BadJson(fmt::format("\"{}.{}\" is missing", path_, name));
    return *found;
  }

  template <class T>
  requires requires(const Reader& reader, T& into) { fields(reader, into); }
  static void read(const Json& json, const std::string& path, T& into) {
    const Reader reader(json, path);
    fields(reader, into);
  }

  static void read(const Json& json, const std::string& path, bool& into) {
    into = as_bool(json, path);
  }
  static void read(const Json& json, const std::string& path, int& into) {
    const std::int64_t value = as_integer(json, path);
    if (!std::in_range<int>(value)) throw BadJson(fmt::format("\"{}\" is out of range", path));
    into = static_cast<int>(value);
  }
  static void read(const Json& json, const std::string& path, std::int64_t& into) {
    into = as_integer(json, path);
  }
  static void read(const Json& json, const std::string& path, std::uint64_t& into) {
    into = as_unsigned(json, path);
  }
  static void read(const Json& json, const std::string& path, double& into) {
    into = as_number(json, path);
  }
  static void read(const Json& json, const std::string& path, std::string& into) {
    into = as_string(json, path);
  }
  static void read(const Json& json, const std::string& path, NullIfEmpty<std::string>& into) {
    if (!json.is_null()) into.text = as_string(json, path);
  }
  static void read(const Json& json, const std::string& path, Params& into) {
    into = params_from_json(json, path);
  }
  static void read(const Json& json, const std::string& path, Finding& into) {
    into = finding_from_json(json, path);
  }
  static void read(const Json& json, const std::string& path, Status& into) {
    const std::string name = as_string(json, path);
    for (const Status status : all_statuses) {
      if (name_of(status) == name) {
        into = status;
        return;
      }
    }
    throw BadJson(fmt::format("\"{}\" must be ok, failed, crashed, timeout or skipped", path));
  }
  template <class T>
  static void read(const Json& json, const std::string& path, std::optional<T>& into) {
    if (!json.is_null()) read(json, path, into.emplace());
  }
  template <class T>
  static void read(const Json& json, const std::string& path, std::vector<T>& into) {
    for (const Json& element : as_array(json, path)) {
      const std::string place = fmt::format("{}[{}]", path, into.size());
      read(element, place, into.emplace_back());
    }
  }
  template <class T>
  static void read(const Json& json, const std::string& path, std::map<std::string, T>& into) {
    for (const auto& [key, value] : as_object(json, path).items()) {
      read(value, path + '.' + key, into[key]);
    }
  }

  static constexpr Status all_statuses[] = {Status::ok, Status::failed, Status::crashed,
                                            Status::timeout, Status::skipped};

  const Json& object_;
  std::string path_;
};

}  // namespace

Json to_json(const Result& result) {
  return {{"context", context(result)},
          {"benchmarks", entries(result)},
          {"concbench", Writer::json_of(result)}};
}

Result result_from_json(const Json& json) {
  const Json* object = json.is_object() ? optional_field(json, "concbench") : nullptr;
  if (!object) throw BadJson("no object \"concbench\": not a result of concbench");
  const std::int64_t schema = integer_field(*object, "schema");
  if (schema != Result::schema) {
    throw BadJson(fmt::format("a result of schema {}, but this program reads schema {}", schema,
                              Result::schema));
  }
  Result result;
  const Reader reader(*object, "concbench");
  fields(reader, result);
  return result;
}

}  // namespace concbench
