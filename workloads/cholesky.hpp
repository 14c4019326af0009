// cholesky: the factor L of a symmetric matrix A = L·Lᵀ, tile by tile. A task takes a tile one step
// on: subtracts what the tiles to its left come to, or, as its last step, divides by the tile on
// the diagonal, or factors it if that is where it lies. Tiles that lie far down and right take many
// steps, and most tasks are predecessors of several.
// L is made of small whole numbers, and A of it. So are all numbers in between, below 2⁵³:
// floating-point arithmetic is exact then, roots and quotients included, in any order.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "workloads/edges.hpp"
#include "workloads/memo.hpp"
#include "workloads/param.hpp"
#include "workloads/shapes.hpp"

namespace concbench {

class Cholesky {
 public:
  static constexpr About about{"cholesky", Shape::graph,
                               "factors a matrix by tiles: many wait for one, one for many"};

  std::int64_t tiles = 12;
  std::int64_t tile = 16;

  // Rows that lie a power of two apart would share few sets of a cache.
  static constexpr Param<Cholesky> params[] = {
      {"tiles", &Cholesky::tiles, "tiles in a row and in a column of the matrix", 1, 128, 12, 15,
       30},
      {"tile", &Cholesky::tile, "rows and columns of a tile", 1, 64, 16, 16, 16},
  };

  // The matrix, row by row; of what lies above the diagonal nothing is read.
  using Word = double;
  std::size_t words() const { return side() * side(); }
  void prepare(std::span<Word> memory) {
    plan_ = remembered(tiles, [this] { return std::make_shared<const Plan>(tiles); }).get();
    const auto made =
        remembered(side(), [this] { return std::make_shared<const Matrix>(product()); });
    std::copy(made->begin(), made->end(), memory.begin());
    matrix_ = memory;
  }

  GraphTask tasks() const { return plan_->edges.tasks(); }
  std::span<const GraphTask> predecessors(GraphTask task) const {
    return plan_->edges.predecessors(task);
  }
  std::span<const GraphTask> successors(GraphTask task) const {
    return plan_->edges.successors(task);
  }
  std::uint64_t critical_path() const { return plan_->edges.critical_path(); }
  void perform(GraphTask task) const {
    const Step step = plan_->steps[task];
    if (step.pivot < step.column) {
      subtract(step);
    } else if (step.row > step.column) {
      divide(step);
    } else {
      factor(step.row);
    }
  }
  std::uint64_t answer() const {
    return checksum([this](std::size_t i, std::size_t j) { return matrix_[i * side() + j]; });
  }

  // The checksum of the L that A was made of: a positive definite matrix has one such factor.
  std::uint64_t expected() const {
    return remembered(side(), [this] { return checksum(entry); });
  }
  // Each tile at or below the diagonal takes a step for each column up to its own.
  Demand demand() const {
    const auto t = static_cast<std::uint64_t>(tiles), tasks = t * (t + 1) * (t + 2) / 6;
    return {.ops = tasks, .alive = tasks};
  }

 private:
  // What the tile in that row and column takes from the tiles of the column `pivot`.
  struct Step {
    std::uint32_t row, column, pivot;
  };

  // What each task does, and after which others.
  struct Plan {
    explicit Plan(std::int64_t tiles) {
      const auto count = static_cast<std::uint32_t>(tiles);
      std::vector<GraphTask> latest(count * count);  // step of each tile
      const auto at = [&](std::uint32_t row, std::uint32_t column) -> GraphTask& {
        return latest[row * count + column];
      };
      for (std::uint32_t pivot = 0; pivot < count; ++pivot) {
        for (std::uint32_t column = pivot; column < count; ++column) {
          for (std::uint32_t row = column; row < count; ++row) {
            std::vector<GraphTask> before;
            if (pivot > 0) before.push_back(at(row, column));
            if (pivot < column) before.push_back(at(row, pivot));
            if (row > column) before.push_back(at(column, pivot));
            at(row, column) = edges.add(before);
            steps.push_back({row, column, pivot});
          }
        }
      }
      edges.close();
    }

    std::vector<Step> steps;
    Edges edges;
  };

  using Matrix = std::vector<Word>;

  std::size_t side() const { return static_cast<std::size_t>(tiles * tile); }

  // L, of numbers from 1 to 7.
  static double entry(std::size_t i, std::size_t j) {
    return static_cast<double>(1 + (3 * i + 5 * j + i * j) % 7);
  }
  // A: what L · Lᵀ comes to, at and below the diagonal.
  Matrix product() const {
    const std::size_t n = side();
    Matrix lower(n * n), all(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) lower[i * n + j] = entry(i, j);
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        for (std::size_t k = 0; k <= j; ++k) all[i * n + j] += lower[i * n + k] * lower[j * n + k];
      }
    }
    return all;
  }
  // Of what lies at and below the diagonal.
  template <class At>
  std::uint64_t checksum(const At& at) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < side(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) sum = sum * 31 + std::bit_cast<std::uint64_t>(at(i, j));
    }
    return sum;
  }

  // The first number of row i of a tile.
  Word* row_of(std::size_t row, std::size_t column, std::size_t i) const {
    return &matrix_[(row * rows() + i) * side() + column * rows()];
  }
  std::size_t rows() const { return static_cast<std::size_t>(tile); }

  static Word product_of(const Word* left, const Word* right, std::size_t count) {
    Word sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += left[k] * right[k];
    return sum;
  }

  // Takes from the tile the product of two tiles in the column of its pivot. Of a tile on
  // the diagonal only one half is wanted.
  void subtract(const Step& step) const {
    for (std::size_t i = 0; i < rows(); ++i) {
      const std::size_t columns = step.row == step.column ? i + 1 : rows();
      const Word* const left = row_of(step.row, step.pivot, i);
      Word* const to = row_of(step.row, step.column, i);
      for (std::size_t j = 0; j < columns; ++j) {
        to[j] -= product_of(left, row_of(step.column, step.pivot, j), rows());
      }
    }
  }

  // Solves X · Lᵀ = the tile, where L is the tile on the diagonal of its column.
  void divide(const Step& step) const {
    for (std::size_t i = 0; i < rows(); ++i) {
      Word* const to = row_of(step.row, step.column, i);
      for (std::size_t j = 0; j < rows(); ++j) {
        const Word* const by = row_of(step.column, step.column, j);
        to[j] = (to[j] - product_of(to, by, j)) / by[j];
      }
    }
  }

  void factor(std::size_t place) const {
    for (std::size_t i = 0; i < rows(); ++i) {
      Word* const to = row_of(place, place, i);
      for (std::size_t j = 0; j < i; ++j) {
        const Word* const by = row_of(place, place, j);
        to[j] = (to[j] - product_of(to, by, j)) / by[j];
      }
      to[i] = std::sqrt(to[i] - product_of(to, to, i));
    }
  }

  const Plan* plan_ = nullptr;  // remembered
  std::span<Word> matrix_;
};

}  // namespace concbench
