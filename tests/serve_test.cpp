// Servers and their clients: what an observed run notes, and how either side's failure ends it.
#include <gtest/gtest.h>

#include <memory>

#include "models/machine/topology.hpp"
#include "models/os/clients.hpp"
#include "models/os/connection.hpp"
#include "models/registry.hpp"
#include "workloads/workloads.hpp"

namespace concbench {
namespace {

Echo small() {
  Echo echo;
  echo.connections = 3;
  echo.requests = 100;
  echo.rate = 0;
  return echo;
}

std::uint64_t counted(const Probe& probe) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < LatencyBuckets::count; ++i) all += probe.latency[i];
  return all;
}

Outcome run(std::string_view model, const Echo& echo, Probe* probe) {
  const std::vector<int> cpus{discover().allowed().front()};
  Stopwatch clock;
  return find_model(model)->start({cpus, {{"wait", "futex"}}})->run(echo, clock, probe);
}

TEST(Serve, AnObservedRunNotesEachRequest) {
  for (const char* model : {"serial", "threads", "processes", "pool", "fibers", "coroutines"}) {
    const auto probe = std::make_unique<Probe>();
    EXPECT_EQ(run(model, small(), probe.get()).answer, small().expected()) << model;
    EXPECT_EQ(counted(*probe), 100u) << model;
    EXPECT_GT(probe->get(Measure::load_latency_ns), 0) << model;
    EXPECT_EQ(probe->get(Measure::load_late_ns), 0) << model;  // nothing is due in a closed loop
  }
}

TEST(Serve, ASlowRequestComputesForSoLong) {
  Echo echo = small();
  echo.requests = 20;
  echo.slow_permille = 1'000;
  echo.slow_us = 500;
  const auto probe = std::make_unique<Probe>();
  run("fibers", echo, probe.get());
  EXPECT_GE(probe->get(Measure::load_latency_ns), 20 * 450'000);  // a step may be quicker than most
}

TEST(Serve, LargeRequestsThatDoNotFitASocketsBufferAreAnswered) {
  Echo echo = small();
  echo.bytes = 65'536;
  echo.rate = 1'000'000;  // so that many are on their way at a time
  for (const char* model : {"threads", "pool", "fibers", "coroutines"}) {
    const Outcome outcome = run(model, echo, nullptr);
    EXPECT_EQ(outcome.answer, echo.expected()) << model;
    EXPECT_EQ(outcome.ops, 100u) << model;
  }
}

TEST(Clients, WhatGoesWrongThereIsToldHere) {
  os::Clients clients(small().load(), {}, os::Sockets::blocking);
  clients.go();
  for (std::size_t i = 0; i < 3; ++i) os::Descriptor(clients.take(i), "a connection");  // hangs up
  try {
    clients.finish(nullptr);
    FAIL() << "nothing was answered";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("the clients failed: "), std::string::npos);
  }
}

TEST(Refusal, ConnectionsTakeDescriptors) {
  Echo echo;
  echo.connections = 1'000;
  const concbench::Setup setup{{0}, {{"wait", "futex"}}};
  Limits limits = read_limits();
  limits.descriptors = {"RLIMIT_NOFILE", 1'010};
  const Ask ask{Shape::serve, echo.demand(), setup, limits};
  for (const char* model : {"threads", "fibers"}) {
    EXPECT_EQ(find_model(model)->refusal(ask),
              "1,000 connections take a descriptor each; RLIMIT_NOFILE leaves room for 1,010");
  }
  limits.descriptors.value = 1'016;
  EXPECT_EQ(find_model("fibers")->refusal(ask), "");
}

}  // namespace
}  // namespace concbench
