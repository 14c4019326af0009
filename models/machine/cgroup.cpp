#include "models/machine/cgroup.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "models/machine/system_file.hpp"

namespace concbench {
namespace {

// One line of /proc/self/cgroup: "4:cpu,cpuacct:/path" or, in version 2, "0::/path".
struct Membership {
  std::string controllers;
  std::string path;
};

// One mounted tree of groups, or the part of it below `top`.
struct Mount {
  bool unified;         // version 2
  std::string top;      // the group that is seen at `point`
  std::string point;    // the directory
  std::string options;  // of version 1: its controllers are among them
};

bool lists(const std::string& comma_separated, std::string_view word) {
  std::istringstream words(comma_separated);
  for (std::string each; std::getline(words, each, ',');) {
    if (each == word) return true;
  }
  return false;
}

std::vector<Membership> memberships(const std::string& root) {
  std::vector<Membership> found;
  std::istringstream file(read_text(root + "/proc/self/cgroup").value_or(""));
  for (std::string id, controllers, path; std::getline(file, id, ':') &&
                                          std::getline(file, controllers, ':') &&
                                          std::getline(file, path);) {
    found.push_back({controllers, path});
  }
  return found;
}

// mountinfo writes blanks, tabs, newlines and backslashes in a path as three octal digits.
std::string unescape(std::string_view text) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) &&
        octal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// A line is "id parent major:minor top point options [tags…] - type source super-options".
std::vector<Mount> mounts(const std::string& root) {
  std::vector<Mount> found;
  std::istringstream file(read_text(root + "/proc/self/mountinfo").value_or(""));
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string skip, top, point, type, options;
    fields >> skip >> skip >> skip >> top >> point;
    while (fields >> skip && skip != "-") {
    }
    fields >> type >> skip >> options;
    if (!fields || (type != "cgroup" && type != "cgroup2")) continue;
    found.push_back({type == "cgroup2", unescape(top), unescape(point), options});
  }
  return found;
}

// A place in a tree of groups, told from the root of the control-group namespace: so many groups up
// ("/../.." is two), and then a path down from there.
struct Place {
  std::size_t up = 0;
  std::string down;  // "" or "/a/b"
};

Place place_of(std::string_view path) {
  Place place;
  while (path == "/.." || path.starts_with("/../")) {
    ++place.up;
    path.remove_prefix(3);
  }
  if (path != "/") place.down = path;
  return place;
}

// Whether this process is in the group: listed with its processes or, where the group holds threads
// only, these.
bool is_ours(const std::string& directory) {
  for (const char* const list : {"/cgroup.procs", "/cgroup.threads"}) {
    std::istringstream file(read_text(directory + list).value_or(""));
    for (pid_t process; file >> process;) {
      if (process == getpid()) return true;
    }
  }
  return false;
}

// The group `between` levels below the directory, and then `down`, that this process is in. Names
// of groups above the namespace's root are not told, so it has to be looked for.
std::optional<std::string> find_ours(const std::string& directory, std::size_t between,
                                     const std::string& down) {
  if (between == 0) {
    return is_ours(directory + down) ? std::optional(directory + down) : std::nullopt;
  }
  for (const std::string& name : names_in(directory)) {
    if (auto found = find_ours(directory + '/' + name, between - 1, down)) return found;
  }
  return std::nullopt;
}

// Where the group `path` is below the mount, or nothing if the mount shows another part of the
// tree.
std::optional<std::string> below(const Mount& mount, const std::string& path,
                                 const std::string& root) {
  const Place group = place_of(path), top = place_of(mount.top);
  if (top.up > group.up && top.down.empty()) {
    const std::string point = root + mount.point;
    const auto found = find_ours(point, top.up - group.up, group.down);
    return found ? std::optional(found->substr(point.size())) : std::nullopt;
  }
  if (top.up != group.up) return std::nullopt;
  if (group.down == top.down) return "";
  if (!group.down.starts_with(top.down + '/')) return std::nullopt;
  return group.down.substr(top.down.size());
}

// The directory of `path` and of all its ancestors that can be seen.
std::vector<std::string> ancestry(const std::vector<Mount>& trees, const std::string& path,
                                  const std::string& root) {
  if (trees.empty()) return {};
  const Mount* seen = &trees.front();
  std::string rest;  // empty: what the first mount shows at its top is the nearest we can see
  for (const Mount& mount : trees) {
    if (auto inside = below(mount, path, root)) {
      seen = &mount;
      rest = *inside;
      break;
    }
  }
  std::vector<std::string> directories;
  for (; !rest.empty(); rest.erase(rest.rfind('/'))) {
    directories.push_back(root + seen->point + rest);
  }
  directories.push_back(root + seen->point);
  return directories;
}

}  // namespace

std::vector<std::string> cgroup_directories(std::string_view controller, const std::string& root) {
  const std::vector<Mount> all = mounts(root);
  std::vector<std::string> directories;
  for (const Membership& membership : memberships(root)) {
    const bool unified = membership.controllers.empty();
    if (!unified && !lists(membership.controllers, controller)) continue;
    std::vector<Mount> trees;
    std::copy_if(all.begin(), all.end(), std::back_inserter(trees), [&](const Mount& mount) {
      return mount.unified == unified && (unified || lists(mount.options, controller));
    });
    const auto more = ancestry(trees, membership.path, root);
    directories.insert(directories.end(), more.begin(), more.end());
  }
  return directories;
}

std::optional<std::string> cgroup_path(const std::string& root) {
  const std::vector<Membership> all = memberships(root);
  if (all.empty()) return std::nullopt;
  for (const bool unified : {true, false}) {
    for (const Membership& membership : all) {
      if (membership.controllers.empty() == unified && membership.path != "/") {
        return membership.path;
      }
    }
  }
  return "/";
}

}  // namespace concbench
