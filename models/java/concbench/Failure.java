package concbench;

/** What ends a run, but not the worker. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  Failure(String reason) {
    super(reason);
  }
}
