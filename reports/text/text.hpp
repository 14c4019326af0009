// Text for terminals: which characters they show, how wide those are, where lines break.
#pragma once

#include <string>
#include <string_view>

namespace concbench {

struct TableStyle {
  bool color = false;   // ANSI escapes
  bool unicode = true;  // otherwise ASCII only: "us" for "µs"
  int width = 100;      // columns of the terminal; the least important columns give way
  bool wraps = false;   // whether longer lines are broken, as for a terminal but not for a pipe
};

// How many columns of a terminal it takes.
std::size_t width_of(std::string_view text);

// Fit to be shown anywhere: blanks in the place of control characters, U+FFFD in that of bytes that
// are no UTF-8, nothing that a CI system takes for a command, and no more bytes than `most` (and an
// ellipsis). For whatever comes from another program or a file.
std::string printable(std::string_view text, std::size_t most = std::string_view::npos);

// The same, for markdown: nothing ends a cell or a row of a table, is emphasis, a link or HTML.
std::string in_markdown(std::string_view text);
// Fit for the text and the quoted attributes of HTML, SVG and XML. Control characters, which these
// have no way at all to write, become U+FFFD.
std::string in_xml(std::string_view text);

// Printable, with no other characters than the terminal can show.
std::string shown(std::string_view text, const TableStyle& style);

// Codes of ECMA-48 (Select Graphic Rendition).
namespace color {
constexpr std::string_view none = "", bold = "1", dim = "2", red = "31", green = "32",
                           yellow = "33";
}
// In that colour, where there are colours.
std::string painted(std::string_view code, const std::string& text, const TableStyle& style);

// `text` in lines that fit, the first after `prefix` and the others below its end. Breaks at
// blanks; what is longer than a line goes on one of its own.
std::string wrapped(const std::string& prefix, std::string_view text, std::string_view code,
                    const TableStyle& style);

// Lines as the terminal can show them: those that are too long go on below, indented further than
// they began, or below the last column of a list.
std::string fitted(std::string_view text, const TableStyle& style,
                   std::string_view code = color::none);

}  // namespace concbench
