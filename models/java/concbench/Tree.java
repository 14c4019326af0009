package concbench;

/**
 * A tree of tasks: a node without children is a leaf, and the result of any other is the fold of its
 * children's. The kernels are the twins of those in workloads/, where is said what they are for.
 */
interface Tree<N, R> {
  /** The children of a node, in order: to take the next costs what a step of a loop does. */
  abstract class Children<N> {
    final int count;

    Children(int count) {
      this.count = count;
    }

    abstract N next();
  }

  N root();

  Children<N> children(N node);

  R leaf(N node);

  R fold(R a, R b);

  long answer(R result);

  /** How many there are, of which all may be alive at once. */
  long nodes();

  /** A tree whose answer is the sum over its leaves. */
  interface Summed<N> extends Tree<N, Long> {
    @Override
    default Long fold(Long a, Long b) {
      return a + b;
    }

    @Override
    default long answer(Long result) {
      return result;
    }
  }

  /** The naive recursion for Fibonacci numbers; a node is the number asked for. */
  record Fib(long n) implements Summed<Long> {
    @Override
    public Long root() {
      return n;
    }

    @Override
    public Children<Long> children(Long node) {
      return new Children<>(node < 2 ? 0 : 2) {
        private long last = node;

        @Override
        Long next() {
          return --last;
        }
      };
    }

    @Override
    public Long leaf(Long node) {
      return node;
    }

    @Override
    public long nodes() {
      long a = 0;
      long b = 1;
      for (long left = n + 1; left > 0; --left) {
        b += a;
        a = b - a;
      }
      return 2 * a - 1;
    }
  }

  /** A wide tree whose leaves return their numbers. */
  record Skynet(long leaves, long branching) implements Summed<Skynet.Part> {
    record Part(long first, long count) {}

    @Override
    public Part root() {
      return new Part(0, leaves);
    }

    @Override
    public Children<Part> children(Part node) {
      long each = node.count / branching;
      return new Children<>(node.count == 1 ? 0 : (int) branching) {
        private long first = node.first - each;

        @Override
        Part next() {
          first += each;
          return new Part(first, each);
        }
      };
    }

    @Override
    public Long leaf(Part node) {
      return node.first;
    }

    @Override
    public long nodes() {
      long all = 0;
      for (long level = leaves; level > 0; level /= branching) all += level;
      return all;
    }
  }

  /** The ways to place n queens that do not attack each other. */
  record NQueens(int n) implements Summed<NQueens.Board> {
    // Nodes for n from 1: docs/protocol.md.
    private static final long[] NODES = {2, 3, 6, 17, 54, 153, 552, 2057, 8394, 35539, 166926, 856189,
        4674890, 27358553, 171129072, 1141190303};

    /** The squares of the next row that are attacked straight ahead and on both diagonals. */
    record Board(int columns, int left, int right) {}

    private int row() {
      return (1 << n) - 1;
    }

    @Override
    public Board root() {
      return new Board(0, 0, 0);
    }

    /** A queen on each safe square of the next row. */
    @Override
    public Children<Board> children(Board node) {
      int free = ~(node.columns | node.left | node.right) & row();
      return new Children<>(Integer.bitCount(free)) {
        private int safe = free;

        @Override
        Board next() {
          int queen = safe & -safe;
          safe ^= queen;
          return new Board(
              node.columns | queen, (node.left | queen) << 1, (node.right | queen) >>> 1);
        }
      };
    }

    /** A node without a safe square is a solution when every column has its queen. */
    @Override
    public Long leaf(Board node) {
      return node.columns == row() ? 1L : 0L;
    }

    @Override
    public long nodes() {
      return NODES[n - 1];
    }
  }
}
