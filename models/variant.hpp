// A model as a command line names it, with its options: "threads:wait=condvar".
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/model.hpp"

namespace concbench {

struct Variant {
  const Model* model;
  Options options;  // every one of the model's, defaults filled in
};

// There is no such model, option or value.
struct UnknownVariant : std::invalid_argument {
  UnknownVariant(const std::string& what, std::string_view typed, std::vector<std::string> known)
      : std::invalid_argument(what), typed(typed), known(std::move(known)) {}
  std::string typed;               // the word that is not known
  std::vector<std::string> known;  // the words that would have been
};

// The parts of "a|b|c" at '|', at least one; any may be empty.
std::vector<std::string> split(std::string_view text, char at);

Options default_options(const Model& model);

// Puts one "wait=condvar" in its place. Throws UnknownVariant.
void choose(const Model& model, std::string_view setting, Options& options);

}  // namespace concbench
