// The results of siblings, folded in their order although some come late: those of children whose
// parent went on before they ended.
#pragma once

#include <memory>
#include <utility>

namespace concbench::runtime {

// A slot is where a child leaves its `result`. Most children have ended when their parent goes on,
// and the next takes the same slot; it is in this object, so that they need no other memory.
template <class K, class Slot>
class InOrder {
 public:
  using Result = typename K::Result;

  explicit InOrder(const K& kernel) : kernel_(kernel) {}
  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;

  // The slot of the next child, made of these; nobody moves it.
  template <class... Arguments>
  Slot& slot(Arguments&&... arguments) {
    return *new (&open_part().slot) Slot(std::forward<Arguments>(arguments)...);
  }

  // What the next in order comes to.
  void add(const Result& result) { open_part().add(kernel_, result); }
  // That will be in the slot that was made last.
  void await() { last_->late = true; }

  // Once all are there.
  Result total() const {
    Part all;
    for (const Part* part = &first_; part; part = part->next.get()) {
      if (part->any) all.add(kernel_, part->sum);
      if (part->late) all.add(kernel_, part->slot.result);
    }
    return all.sum;
  }

 private:
  // What some siblings in a row came to, and the slot of a late one after them.
  struct Part {
    Part() {}
    ~Part() {}

    void add(const K& kernel, const Result& result) {
      sum = any ? kernel.fold(sum, result) : result;
      any = true;
    }

    Result sum{};
    bool any = false, late = false;
    std::unique_ptr<Part> next;
    union {
      Slot slot;
    };
  };

  // Where what comes next belongs: after a late one, in a part of its own.
  Part& open_part() {
    if (last_->late) [[unlikely]] {
      last_->next = std::make_unique<Part>();
      last_ = last_->next.get();
    }
    return *last_;
  }

  const K& kernel_;
  Part first_;
  Part* last_ = &first_;
};

}  // namespace concbench::runtime
