// concbench load
#include <memory>

#include "cli/options/command.hpp"
#include "cli/options/values.hpp"

namespace concbench::options {
namespace {

struct LoadWords {
  std::string port, connections, requests, rate = "0", bytes = "64", cpus;
  bool spin = false;
};

LoadRequest to_request(const LoadWords& words) {
  const auto count = [](const char* option, const std::string& text, std::uint64_t low) {
    return parse_number<std::uint64_t>(option, text, low, 1'000'000'000);
  };
  LoadRequest request;
  request.port = parse_number<std::uint16_t>("--port", words.port, 1, 65'535);
  request.load = {.connections = count("--connections", words.connections, 1),
                  .requests = count("--requests", words.requests, 1),
                  .rate = count("--rate", words.rate, 0),
                  .message_bytes = parse_number<std::size_t>("--bytes", words.bytes, 8, 65'536)};
  if (!words.cpus.empty()) request.cpus = parse_cpus("--cpus", words.cpus);
  request.spin = words.spin;
  return request;
}

Finish bind_load(CLI::App& app) {
  const auto words = std::make_shared<LoadWords>();
  const auto number = [&](const char* name, std::string& into, const char* help) {
    return app.add_option(name, into, help)->type_name(kinds::number);
  };
  number("--port", words->port, "of a server on this machine")->required();
  number("--connections", words->connections, "connections")->required();
  number("--requests", words->requests, "requests over all connections")->required();
  number("--rate", words->rate, "requests a second; 0: each after the reply to the last");
  number("--bytes", words->bytes, "the size of a request");
  app.add_option("--cpus", words->cpus, "logical CPUs to run on")->type_name(kinds::cpus);
  app.add_flag("--spin", words->spin, "spin while a request is almost due");
  return [words](const Words&) { return to_request(*words); };
}

}  // namespace

const CommandLine load_command{
    "load", "send requests to a server, for workers that are not part of this program",
    "Says \"ready\" once all connections are established, waits for a line, sends, and prints what "
    "came of it.",
    bind_load};

}  // namespace concbench::options
