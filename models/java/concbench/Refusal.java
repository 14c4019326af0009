package concbench;

/** Why something cannot be run as asked, in one line. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  Refusal(String reason) {
    super(reason);
  }
}
