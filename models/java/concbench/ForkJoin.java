package concbench;

/** A task for every node of a tree, the root included: each starts its children's, and joins them. */
final class ForkJoin<N, R> {
  private final Tree<N, R> tree;
  private final Tasks tasks;
  private volatile Throwable trouble = null; // of which the tree ends soon, without an answer

  private ForkJoin(Tree<N, R> tree, Tasks tasks) {
    this.tree = tree;
    this.tasks = tasks;
  }

  static <N, R> Tally run(Tree<N, R> tree, Tasks tasks, Clock clock) {
    ForkJoin<N, R> run = new ForkJoin<>(tree, tasks);
    clock.start();
    ForkJoin<N, R>.Visit root = run.new Visit(tree.root());
    Tasks.join(tasks.start(root));
    clock.stop();
    if (run.trouble != null) throw new Failure("a task could not be made: " + run.trouble);
    Tally all = new Tally();
    all.answer = tree.answer(root.result);
    all.ops = root.ops;
    return all;
  }

  private final class Visit implements Runnable {
    private final N node;
    private R result;
    private long ops = 1;

    Visit(N node) {
      this.node = node;
    }

    @Override
    public void run() {
      Tree.Children<N> children = tree.children(node);
      if (children.count == 0) {
        result = tree.leaf(node);
        return;
      }
      ForkJoin<N, R>.Visit[] visits = visits(children.count);
      Thread[] threads = new Thread[visits.length];
      int made = 0;
      try {
        for (; made < visits.length && trouble == null; ++made) {
          visits[made] = new Visit(children.next());
          threads[made] = tasks.start(visits[made]);
        }
      } catch (OutOfMemoryError noThread) {
        trouble = noThread;
      }
      for (int i = 0; i < made; ++i) Tasks.join(threads[i]);
      if (trouble == null) fold(visits);
    }

    private void fold(ForkJoin<N, R>.Visit[] visits) {
      result = visits[0].result;
      ops += visits[0].ops;
      for (int i = 1; i < visits.length; ++i) {
        result = tree.fold(result, visits[i].result);
        ops += visits[i].ops;
      }
    }

    @SuppressWarnings("unchecked") // an array of a generic class can be had in no other way
    private ForkJoin<N, R>.Visit[] visits(int count) {
      return (ForkJoin<N, R>.Visit[]) new ForkJoin<?, ?>.Visit[count];
    }
  }
}
