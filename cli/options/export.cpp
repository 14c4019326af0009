// concbench export
#include <fmt/format.h>

#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct ExportWords {
  std::string result, format, out = "-";
};

std::string described_formats() {
  std::string text = "one of";
  for (const Exporter& exporter : exporters()) {
    text += fmt::format("\n{}: {}", exporter.name, exporter.summary);
  }
  return text;
}

ExportRequest to_request(const ExportWords& words) {
  Choices<const Exporter*> formats;
  for (const Exporter& exporter : exporters()) formats.emplace_back(exporter.name, &exporter);
  return {.result = words.result,
          .exporter = parse_word("--format", words.format, formats),
          .out = words.out};
}

Finish bind_export(CLI::App& app) {
  const auto words = std::make_shared<ExportWords>();
  app.add_option("RESULT.json", words->result, "a result file of concbench")
      ->type_name(kinds::file)
      ->required();
  app.add_option("--format", words->format, described_formats())
      ->type_name(kinds::export_format)
      ->required();
  app.add_option("-o,--out", words->out, "write it to this file; '-' for stdout")
      ->type_name(kinds::file)
      ->capture_default_str();
  return [words](const Words&) { return to_request(*words); };
}

}  // namespace

const CommandLine export_command{
    "export", "a result in a format that another tool reads",
    "Examples:\n"
    "  concbench export r.json --format=bencher --out bmf.json\n"
    "  concbench export old.json --format=go -o old.txt && benchstat old.txt new.txt\n"
    "  concbench export r.json --format=junit --out report.xml",
    bind_export};

}  // namespace concbench::options
