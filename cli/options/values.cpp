#include "cli/options/values.hpp"

#include <algorithm>
#include <stdexcept>

#include "cli/help/topics.hpp"
#include "cli/options/words.hpp"
#include "models/registry.hpp"

namespace concbench::options {
namespace {

using Word = Values::Word;

// Each model, and each of its variants but the default.
std::vector<Word> model_words() {
  std::vector<Word> words;
  for (const Model* model : models()) {
    const std::string name(model->name);
    words.push_back({name, std::string(model->summary)});
    for (const Option& option : model->options) {
      const std::string variant = name + ':' + std::string(option.name) + '=';
      if (option.values == "bytes") {
        words.push_back({variant, std::string(option.help)});
        continue;
      }
      const auto values = split(option.values, '|');
      for (auto value = values.begin() + 1; value != values.end(); ++value) {
        words.push_back({variant + *value, std::string(option.help)});
      }
    }
  }
  return words;
}

std::vector<Word> workload_words() {
  std::vector<Word> words;
  for (const WorkloadInfo& info : workload_infos()) {
    words.push_back({std::string(info.about.name), std::string(info.about.summary)});
  }
  return words;
}

std::vector<Word> setting_words() {
  std::vector<Word> words;
  for (const WorkloadInfo& info : workload_infos()) {
    for (const ParamInfo& param : info.params) {
      words.push_back(
          {fmt::format("{}.{}=", info.about.name, param.name), std::string(param.help)});
    }
  }
  return words;
}

std::vector<Word> preset_words() {
  std::vector<Word> words;
  for (const Preset& preset : presets()) {
    words.push_back({std::string(preset.name), std::string(preset.summary)});
  }
  return words;
}

std::vector<Word> exporter_words() {
  std::vector<Word> words;
  for (const Exporter& exporter : exporters()) {
    words.push_back({std::string(exporter.name), std::string(exporter.summary)});
  }
  return words;
}

std::vector<Word> topic_words() {
  std::vector<Word> words;
  for (const Topic& topic : topics()) words.push_back({topic.word(), topic.summary});
  return words;
}

std::vector<Word> with_all(std::vector<Word> words, const char* about) {
  words.push_back({"all", about});
  return words;
}

}  // namespace

Values values_of(const std::string& type_name) {
  const auto is = [&](auto... kinds) { return ((type_name == kinds) || ...); };
  Values values{.name = type_name};
  if (is(kinds::models)) {
    values.words = with_all(model_words(), "every model");
    values.list = true;
  } else if (is(kinds::workloads)) {
    values.words = with_all(workload_words(), "every workload");
    values.list = true;
  } else if (is(kinds::model)) {
    values.words = model_words();
  } else if (is(kinds::workload)) {
    values.words = workload_words();
  } else if (is(kinds::setting)) {
    values.words = setting_words();
  } else if (is(kinds::preset)) {
    values.words = preset_words();
    values.files = true;
  } else if (is(kinds::export_format)) {
    values.words = exporter_words();
  } else if (is(kinds::topic)) {
    values.words = topic_words();
  } else if (is(kinds::machine)) {
    values.words = {{"synthetic:", "a description as hwloc writes it"},
                    {"xml:", "a file of hwloc"}};
  } else if (is(kinds::file, kinds::program)) {
    values.files = true;
  } else if (type_name.find('|') != type_name.npos) {
    for (std::string& word : split(type_name, '|')) values.words.push_back({std::move(word), ""});
  } else if (!is("", kinds::number, kinds::numbers, kinds::cpus, kinds::seconds, kinds::percent,
                 kinds::text, kinds::ids)) {
    throw std::logic_error("no kind of values is called " + type_name);
  }
  return values;
}

}  // namespace concbench::options
