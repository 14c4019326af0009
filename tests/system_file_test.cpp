// Files of the kernel's that cannot be read, or not to their end, are an answer and no error.
#include "models/machine/system_file.hpp"

#include <gtest/gtest.h>

namespace concbench {
namespace {

TEST(SystemFile, IsReadWhole) {
  ASSERT_TRUE(read_text("/proc/self/maps"));
  EXPECT_EQ(read_text("/proc/self/maps")->back(), '\n');
}

TEST(SystemFile, IsNothingWhereItCannotBeRead) {
  EXPECT_EQ(read_text("/nowhere/at/all"), std::nullopt);
  EXPECT_EQ(read_text("/proc/self"), std::nullopt);  // a folder
}

// As the file of a process that ends while it is read: opening works, and reading fails.
TEST(SystemFile, IsNothingWhereReadingFails) {
  EXPECT_EQ(read_text("/proc/self/mem"), std::nullopt);
  EXPECT_EQ(read_line("/proc/self/mem"), std::nullopt);
  EXPECT_EQ(read_number("/proc/self/mem"), std::nullopt);
  EXPECT_EQ(read_entry("/proc/self/mem", "Name"), std::nullopt);
}

}  // namespace
}  // namespace concbench
