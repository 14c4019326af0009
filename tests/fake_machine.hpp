// A directory that plays the part of a machine's /proc and /sys for one test, and goes with it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace concbench {

class FakeMachine : public testing::Test {
 protected:
  FakeMachine() {
    root = testing::TempDir() + "concbench-machine-XXXXXX";
    if (!mkdtemp(root.data())) throw std::runtime_error("cannot make " + root);
  }
  ~FakeMachine() override { std::filesystem::remove_all(root); }

  void write(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(root + path).parent_path());
    std::ofstream(root + path, std::ios::binary) << text;
  }

  std::string root;
};

}  // namespace concbench
