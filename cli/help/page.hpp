// Pages of the documentation as the program holds them: sections that each explain one thing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace concbench {

struct Section {
  std::string title;
  std::vector<std::string> names;  // under which it is found, the title among them
  std::string chapter;             // what the chapter says of all its sections
  std::string text;                // paragraphs as plain text, an empty line between two
};

// The sections (headings of the third level) of a page in markdown. Tables are left out: what they
// say is known to the program at first hand.
std::vector<Section> sections_of(std::string_view page);

}  // namespace concbench
