#include "models/registry.hpp"

#include <fmt/format.h>

namespace concbench {

// The constant at the bottom of each model's file.
extern const Model serial_model, processes_model, threads_model, pool_model, fibers_model,
    coroutines_model;
// Those of other languages, in models/languages.cpp.
extern const Model goroutines_model, tokio_model, rayon_model, java_model, erlang_model, node_model,
    python_model;
// Library peers, in models/peers/.
extern const Model tbb_model, openmp_model, boost_fiber_model, asio_pool_model, asio_coro_model,
    std_async_model;

std::span<const Model* const> models() {
  static constexpr const Model* list[] = {
      &serial_model,     &processes_model,  &threads_model,   &pool_model,   &fibers_model,
      &coroutines_model, &goroutines_model, &tbb_model,       &openmp_model, &boost_fiber_model,
      &asio_pool_model,  &asio_coro_model,  &std_async_model, &tokio_model,  &rayon_model,
      &java_model,       &erlang_model,     &node_model,      &python_model,
  };
  return list;
}

const Model* find_model(std::string_view name) {
  for (const Model* model : models()) {
    if (model->name == name) return model;
  }
  return nullptr;
}

Variant parse_variant(std::string_view token) {
  const std::vector<std::string> parts = split(token, ':');
  const std::string name = parts.empty() ? "" : parts.front();
  const Model* model = find_model(name);
  if (!model) {
    std::vector<std::string> names{"all"};
    for (const Model* known : models()) names.emplace_back(known->name);
    throw UnknownVariant(fmt::format("there is no model '{}'", name), name, std::move(names));
  }
  Variant variant{model, default_options(*model)};
  for (std::size_t i = 1; i < parts.size(); ++i) choose(*model, parts[i], variant.options);
  return variant;
}

}  // namespace concbench
