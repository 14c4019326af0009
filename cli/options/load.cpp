// concbench load
#include <memory>

#include "cli/options/command.hpp"

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

Finish bind(CLI::App& app) {
  app.group("");  // a part of the machinery, which --help does not list
  const auto words = std::make_shared<LoadWords>();
  app.add_option("--port", words->port, "of a server on this machine")->required();
  app.add_option("--connections", words->connections, "connections")->required();
  app.add_option("--requests", words->requests, "requests over all connections")->required();
  app.add_option("--rate", words->rate, "requests a second; 0: each after the reply to the last");
  app.add_option("--bytes", words->bytes, "the size of a request");
  app.add_option("--cpus", words->cpus, "logical CPUs to run on");
  app.add_flag("--spin", words->spin, "spin while a request is almost due");
  return [words](const Words&) { return to_request(*words); };
}

}  // namespace

const CommandLine load_command{
    "load", "send requests to a server, for workers that are no part of this program",
    "Says \"ready\" once all connections are established, waits for a line, sends, and prints what "
    "came of it.",
    bind};

}  // namespace concbench::options
