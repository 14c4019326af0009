package concbench;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Unbalanced Tree Search: the children of a node are drawn from its own random number. */
record Uts(Uts.Form form) implements Tree<Uts.Node, Uts.Counts> {
  private enum Law { FIXED, LINEAR, BINOMIAL }

  private static final int MOST_CHILDREN = 100;
  private static final int RANDOM_BYTES = 20;

  record Counts(long nodes, long leaves, long depth) {}

  /** In the order of the words of uts.tree. */
  enum Form {
    TINY(Law.LINEAR, 4, 5, 0, 0, 9, new Counts(238, 150, 5)),
    SMALL(Law.BINOMIAL, 500, 0, 0.12, 8, 8, new Counts(10093, 8893, 46)),
    T1(Law.FIXED, 4, 10, 0, 0, 19, new Counts(4130071, 3305118, 10)),
    T3(Law.BINOMIAL, 2000, 0, 0.124875, 8, 42, new Counts(4112897, 3599034, 1572)),
    T5(Law.LINEAR, 4, 20, 0, 0, 34, new Counts(4147582, 2181318, 20));

    private final Law law;
    private final double branching; // of the root; the mean, if geometric
    private final int depth; // that a geometric tree may have
    private final double q; // the probability that a node of a binomial tree has children
    private final int m; // which then are so many
    private final int seed;
    private final Counts counts;

    Form(Law law, double branching, int depth, double q, int m, int seed, Counts counts) {
      this.law = law;
      this.branching = branching;
      this.depth = depth;
      this.q = q;
      this.m = m;
      this.seed = seed;
      this.counts = counts;
    }
  }

  /** Speaks for itself and for the ancestors of which it is the first descendant. */
  record Node(byte[] random, int depth, long unspoken) {}

  private static byte[] sha1(ByteBuffer message) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(message.array());
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  @Override
  public Node root() {
    return new Node(sha1(ByteBuffer.allocate(RANDOM_BYTES).putInt(16, form.seed)), 0, 1);
  }

  private int childCount(Node node) {
    double u = (ByteBuffer.wrap(node.random).getInt(16) & 0x7fffffff) / (double) (1L << 31);
    if (form.law == Law.BINOMIAL) {
      if (node.depth == 0) return (int) form.branching;
      return u < form.q ? form.m : 0;
    }
    if (node.depth >= form.depth) return 0;
    double mean = form.branching;
    if (form.law == Law.LINEAR) mean *= 1 - (double) node.depth / form.depth;
    double p = 1 / (1 + mean);
    return (int) Math.min(MOST_CHILDREN, Math.floor(Math.log(1 - u) / Math.log(1 - p)));
  }

  @Override
  public Tree.Children<Node> children(Node node) {
    return new Tree.Children<>(childCount(node)) {
      private int i = 0;

      @Override
      Node next() {
        ByteBuffer message = ByteBuffer.allocate(RANDOM_BYTES + Integer.BYTES);
        byte[] random = sha1(message.put(node.random).putInt(i));
        return new Node(random, node.depth + 1, i++ == 0 ? node.unspoken + 1 : 1);
      }
    };
  }

  @Override
  public Counts leaf(Node node) {
    return new Counts(node.unspoken, 1, node.depth);
  }

  @Override
  public Counts fold(Counts a, Counts b) {
    return new Counts(a.nodes + b.nodes, a.leaves + b.leaves, Math.max(a.depth, b.depth));
  }

  /** The number of nodes, or 0 for a tree that has not the right leaves and depth. */
  @Override
  public long answer(Counts result) {
    boolean right =
        result.leaves == form.counts.leaves && result.depth == form.counts.depth;
    return right ? result.nodes : 0;
  }

  @Override
  public long nodes() {
    return form.counts.nodes;
  }
}
