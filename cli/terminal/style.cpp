#include "cli/terminal/style.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace concbench {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

}  // namespace

std::optional<int> width_of_terminal(int descriptor) {
  if (const char* columns = std::getenv("COLUMNS")) {
    int width = 0;
    const char* end = columns + std::strlen(columns);
    if (std::from_chars(columns, end, width).ptr == end && width > 0) return width;
  }
  winsize size{};
  if (isatty(descriptor) && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return {};
}

int height_of_terminal(int descriptor) {
  winsize size{};
  const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return known ? size.ws_row : 24;
}

TableStyle style_of(When color, int descriptor) {
  const bool terminal = isatty(descriptor);
  TableStyle style;
  style.color =
      color == When::always || (color == When::automatic && terminal && !is_set("NO_COLOR"));
  style.unicode = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
  const std::optional<int> columns = width_of_terminal(descriptor);
  style.wraps = columns.has_value();
  style.width = columns.value_or(style.width);
  return style;
}

}  // namespace concbench
