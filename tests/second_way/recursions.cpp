// The trees of the fork-join workloads as anybody would write them who needs no tasks: a function
// that calls itself. It is a worker of docs/protocol.md, so that one session times it beside
// `serial`; of the trees it shares nothing but the SHA-1 that uts draws its numbers with.
#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "reports/result/json.hpp"
#include "workloads/sha1.hpp"

namespace {

using json = concbench::Json;
using Word = std::uint64_t;

Word calls = 0;

// Calls are counted in a copy of each function that is not timed.
template <bool counted>
void note_call() {
  if constexpr (counted) ++calls;
}

template <bool counted>
Word fib(Word n) {
  note_call<counted>();
  return n < 2 ? n : fib<counted>(n - 1) + fib<counted>(n - 2);
}

template <bool counted>
Word skynet(Word first, Word leaves, Word branching) {
  note_call<counted>();
  if (leaves == 1) return first;
  const Word part = leaves / branching;
  Word sum = 0;
  for (Word i = 0; i < branching; ++i) sum += skynet<counted>(first + i * part, part, branching);
  return sum;
}

template <bool counted>
Word queens(unsigned board, unsigned columns, unsigned left, unsigned right) {
  note_call<counted>();
  if (columns == board) return 1;
  Word ways = 0;
  for (unsigned safe = ~(columns | left | right) & board; safe != 0; safe &= safe - 1) {
    const unsigned queen = safe & -safe;
    ways += queens<counted>(board, columns | queen, (left | queen) << 1, (right | queen) >> 1);
  }
  return ways;
}

// T1 of Unbalanced Tree Search: at most ten deep, four children on average. Returns its nodes.
template <bool counted>
Word search(const concbench::Digest& random, unsigned depth) {
  note_call<counted>();
  if (depth >= 10) return 1;
  const double chance = (random[4] & 0x7fffffff) / 2147483648.0;
  const double drawn = std::floor(std::log(1 - chance) / std::log(1 - 1 / 5.0));
  const auto children = static_cast<std::uint32_t>(std::min(drawn, 100.0));
  Word nodes = 1;
  for (std::uint32_t i = 0; i < children; ++i) {
    nodes += search<counted>(
        concbench::sha1<6>({random[0], random[1], random[2], random[3], random[4], i}), depth + 1);
  }
  return nodes;
}

double height(double x) { return (x * x + 1) * x; }

template <bool counted>
double integrate(double x1, double y1, double x2, double y2, double area) {
  note_call<counted>();
  const double half = (x2 - x1) / 2, x = x1 + half, y = height(x);
  const double first = (y1 + y) / 2 * half, second = (y + y2) / 2 * half;
  if (std::abs(first + second - area) < 1e-9) return first + second;
  return integrate<counted>(x1, y1, x, y, first) + integrate<counted>(x, y, x2, y2, second);
}

template <bool counted>
void merge_sort(Word* numbers, Word* buffer, Word count, Word most) {
  note_call<counted>();
  if (count <= most) return std::sort(numbers, numbers + count);
  const Word half = count / 2;
  merge_sort<counted>(numbers, buffer, half, most);
  merge_sort<counted>(numbers + half, buffer + half, count - half, most);
  std::copy(numbers, numbers + half, buffer);
  std::merge(buffer, buffer + half, numbers + half, numbers + count, numbers);
}

struct Matrices {
  explicit Matrices(Word side) : n(side), left(n * n), right(n * n), product(n * n) {
    for (Word i = 0; i < n; ++i) {
      for (Word j = 0; j < n; ++j) {
        left[i * n + j] = static_cast<double>((3 * i + 5 * j) % 7);
        right[i * n + j] = static_cast<double>((2 * i + 7 * j) % 11);
      }
    }
  }
  Word n;
  std::vector<double> left, right, product;
};

// Returns the sum of the block's elements, each with a weight of its own.
Word multiply_block(Matrices& m, Word row, Word rows, Word column, Word columns) {
  Word sum = 0;
  for (Word i = row; i < row + rows; ++i) {
    double* out = &m.product[i * m.n + column];
    std::fill(out, out + columns, 0);
    for (Word k = 0; k < m.n; ++k) {
      const double factor = m.left[i * m.n + k];
      const double* from = &m.right[k * m.n + column];
      for (Word j = 0; j < columns; ++j) out[j] += factor * from[j];
    }
    for (Word j = 0; j < columns; ++j) {
      sum += (i + 1) * (2 * (column + j) + 1) * static_cast<Word>(out[j]);
    }
  }
  return sum;
}

template <bool counted>
Word multiply(Matrices& m, Word row, Word rows, Word column, Word columns, Word most) {
  note_call<counted>();
  if (rows <= most && columns <= most) return multiply_block(m, row, rows, column, columns);
  if (rows >= columns) {
    const Word half = rows / 2;
    return multiply<counted>(m, row, half, column, columns, most) +
           multiply<counted>(m, row + half, rows - half, column, columns, most);
  }
  const Word half = columns / 2;
  return multiply<counted>(m, row, rows, column, half, most) +
         multiply<counted>(m, row, rows, column + half, columns - half, most);
}

struct Clock {
  using Steady = std::chrono::steady_clock;
  void start() { started = Steady::now(); }
  void stop() { total += Steady::now() - started; }
  Steady::time_point started;
  Steady::duration total{};
};

// `work` between two readings of the clock, whose answer no compiler may bring forward or keep.
template <class Work>
auto timed(Clock& clock, const Work& work) {
  asm volatile("" ::: "memory");
  clock.start();
  auto answer = work();
  asm volatile("" : : "r,m"(answer) : "memory");
  clock.stop();
  return answer;
}

std::vector<Word> shuffled(Word count) {
  std::vector<Word> numbers(count);
  Word random = 1;
  for (Word i = 0; i < count; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    const Word place = (random >> 33) % (i + 1);
    numbers[i] = numbers[place];
    numbers[place] = i;
  }
  return numbers;
}

// Performs a workload once and returns its answer.
using Run = Word (*)(const json& params, Clock& clock);

template <bool counted>
std::map<std::string, Run> runs() {
  return {
      {"fib",
       [](const json& params, Clock& clock) {
         const Word n = params.at("n");
         return timed(clock, [&] { return fib<counted>(n); });
       }},
      {"skynet",
       [](const json& params, Clock& clock) {
         const Word leaves = params.at("leaves"), branching = params.at("branching");
         return timed(clock, [&] { return skynet<counted>(0, leaves, branching); });
       }},
      {"nqueens",
       [](const json& params, Clock& clock) {
         const unsigned board = (1u << params.at("n").get<unsigned>()) - 1;
         return timed(clock, [&] { return queens<counted>(board, 0, 0, 0); });
       }},
      {"uts",
       [](const json& params, Clock& clock) {
         if (params.at("tree") != "T1") throw std::invalid_argument("only uts.tree=T1 is here");
         return timed(clock, [] {
           return search<counted>(concbench::sha1<5>({0, 0, 0, 0, 19}), 0);
         });
       }},
      {"integrate",
       [](const json& params, Clock& clock) {
         const double end = params.at("n");
         return static_cast<Word>(std::llround(
             timed(clock, [&] { return integrate<counted>(0, height(0), end, height(end), 0); })));
       }},
      {"mergesort",
       [](const json& params, Clock& clock) {
         const Word count = params.at("n"), most = params.at("leaf");
         std::vector<Word> numbers = shuffled(count), buffer(count);
         timed(clock, [&] {
           merge_sort<counted>(numbers.data(), buffer.data(), count, most);
           return numbers.data();
         });
         Word sum = 0;
         for (Word i = 0; i < count; ++i) sum += i * numbers[i];
         return sum;
       }},
      {"matmul",
       [](const json& params, Clock& clock) {
         const Word n = params.at("n"), most = params.at("leaf");
         Matrices matrices(n);
         return timed(clock, [&] { return multiply<counted>(matrices, 0, n, 0, n, most); });
       }},
  };
}

void reply(json message, const char* type) {
  message["type"] = type;
  std::cout << message.dump() << std::endl;
}

void stay_on(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu : cpus) CPU_SET(static_cast<unsigned>(cpu), &set);
  if (sched_setaffinity(0, sizeof(set), &set) != 0) {
    throw std::invalid_argument("these CPUs cannot be used");
  }
}

struct Cell {
  std::string workload;
  json params;
  Word ops, answer;

  explicit Cell(const json& open) : workload(open.at("workload")), params(open.at("params")) {
    stay_on(open.at("cpus"));
    calls = 0;
    Clock unused;
    answer = runs<true>().at(workload)(params, unused);
    ops = calls;
  }

  json sample(Word iterations) const {
    const Run run = runs<false>().at(workload);
    Clock clock;
    for (Word i = 0; i < iterations; ++i) {
      if (run(params, clock) != answer) throw std::runtime_error("runs answered differently");
    }
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(clock.total).count();
    return {{"iterations", iterations}, {"wall_ns", ns},
            {"cpu_ns", nullptr},        {"ops", iterations * ops},
            {"voluntary", nullptr},     {"involuntary", nullptr},
            {"workers", nullptr},       {"answer", std::to_string(answer)}};
  }
};

void converse() {
  json hello{{"protocol", 1}, {"program", "recursions"}, {"version", "1"}, {"model", "recursions"}};
  for (const auto& [name, run] : runs<false>()) hello["workloads"].push_back(name);
  reply(hello, "hello");
  std::optional<Cell> cell;
  for (std::string line; std::getline(std::cin, line);) {
    const json message = json::parse(line);
    const std::string type = message.at("type");
    try {
      if (type == "open" && !cell) {
        cell.emplace(message);
        reply({{"cold_start_ns", nullptr}}, "opened");
      } else if (type == "run" && cell) {
        reply(cell->sample(message.at("iterations")), "sample");
      } else if (type == "close") {
        return reply({{"children_peak_rss_bytes", nullptr}}, "closed");
      } else {
        throw std::logic_error("not now: " + line);
      }
    } catch (const std::invalid_argument& error) {
      reply({{"reason", error.what()}}, "refused");
    } catch (const std::runtime_error& error) {
      reply({{"reason", error.what()}}, "failed");
    }
  }
}

}  // namespace

int main() { converse(); }
