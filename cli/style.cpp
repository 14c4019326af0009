#include "cli/style.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace concbench {

TableStyle style_of(When color) {
  const bool terminal = isatty(STDOUT_FILENO);
  TableStyle style;
  style.color =
      color == When::always || (color == When::automatic && terminal && !std::getenv("NO_COLOR"));
  style.unicode = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = size.ws_col;
  }
  return style;
}

}  // namespace concbench
