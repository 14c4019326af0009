package concbench;

/** An answer and the operations that made it, counted by whoever performed them. */
final class Tally {
  long answer = 0;
  long ops = 0;

  void add(Tally more) {
    answer += more.answer;
    ops += more.ops;
  }
}
