// A sum of numbers below 2^52 that stays exact above 2^53, at the price of a comparison each.
const carry = 2 ** 52;

export class Sum {
  #high = 0n;
  #low = 0;

  add(number) {
    this.#low += number;
    if (this.#low >= carry) {
      this.#high += BigInt(this.#low);
      this.#low = 0;
    }
  }

  get total() {
    return this.#high + BigInt(this.#low);
  }
}

/** The sum of tallies: of answers, which are numbers or BigInts, and of operations. */
export function total(tallies) {
  let [high, low, ops] = [0n, new Sum(), 0];
  for (const tally of tallies) {
    if (typeof tally.answer === 'bigint') high += tally.answer;
    else low.add(tally.answer);
    ops += tally.ops;
  }
  return {answer: high + low.total, ops};
}
