// What async functions wait for each other with. The language has promises alone; these are what its
// users write, or get from a package: first come, first served.

/** Yields: a turn of the event loop. */
export const giveWay = () => new Promise(setImmediate);

export const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

/** A queue whose first leaves in constant time, which an array's shift does not. */
class Fifo {
  #entering = [];
  #leaving = [];

  get length() {
    return this.#entering.length + this.#leaving.length;
  }

  push(item) {
    this.#entering.push(item);
  }

  shift() {
    if (this.#leaving.length === 0) {
      this.#leaving = this.#entering.reverse();
      this.#entering = [];
    }
    return this.#leaving.pop();
  }
}

/** Room for one value and one who waits for it. */
export class Mailbox {
  #value;
  #full = false;
  #taker = null;

  put(value) {
    if (this.#taker) {
      const taker = this.#taker;
      this.#taker = null;
      taker(value);
    } else {
      this.#value = value;
      this.#full = true;
    }
  }

  take() {
    if (this.#full) {
      this.#full = false;
      return this.#value;
    }
    return new Promise((taker) => {
      this.#taker = taker;
    });
  }
}

/** A bounded channel; at capacity 0 senders wait until their message has been taken. */
export class Channel {
  static ended = Symbol('ended');

  #capacity;
  #messages = new Fifo();
  #senders = new Fifo();  // who wait with their messages
  #takers = new Fifo();
  #closed = false;

  constructor(capacity) {
    this.#capacity = capacity;
  }

  send(message) {
    if (this.#takers.length > 0) {
      this.#takers.shift()(message);
    } else if (this.#messages.length < this.#capacity) {
      this.#messages.push(message);
    } else {
      return new Promise((sent) => this.#senders.push({message, sent}));
    }
  }

  /** The next message, or a promise of it; `ended` once the channel is closed and empty. */
  take() {
    const next = this.#messages.length > 0 ? this.#messages.shift() : undefined;
    if (this.#senders.length > 0) {
      const {message, sent} = this.#senders.shift();
      sent();
      if (next === undefined) return message;
      this.#messages.push(message);
    }
    if (next !== undefined) return next;
    if (this.#closed) return Channel.ended;
    return new Promise((taken) => this.#takers.push(taken));
  }

  close() {
    this.#closed = true;
    while (this.#takers.length > 0) this.#takers.shift()(Channel.ended);
  }
}

/** A lock that is handed to whoever has waited longest. */
export class Mutex {
  #locked = false;
  #waiting = new Fifo();

  lock() {
    if (this.#locked) return new Promise((got) => this.#waiting.push(got));
    this.#locked = true;
  }

  unlock() {
    if (this.#waiting.length > 0) this.#waiting.shift()();
    else this.#locked = false;
  }
}
