// What an observed run notices besides its time: durations, and measures by their names. Verbs ask
// `clock.probe?.…`, which does nothing where the run is timed to the nanosecond.
//
// Durations are counted in the log-linear histogram that docs/protocol.md describes.
const partBits = 6;
const octaves = 42;
const bucketCount = ((octaves - partBits) << partBits) + (1 << partBits);

export function bucketOf(ns) {
  const whole = Math.floor(ns);
  if (whole < 0) return 0;
  if (whole >= 2 ** octaves) return bucketCount - 1;
  if (whole < 2 << partBits) return whole;
  const highest = whole < 2 ** 31 ? 31 - Math.clz32(whole) : 62 - Math.clz32(whole / 2 ** 31);
  const shift = highest - partBits;
  return (shift << partBits) + Math.floor(whole / 2 ** shift);
}

export class Probe {
  #buckets = new Float64Array(bucketCount);
  #measures = {};

  add(ns) {
    this.#buckets[bucketOf(ns)]++;
  }

  addMany(bucket, times) {
    this.#buckets[bucket] += times;
  }

  set(measure, value) {
    this.#measures[measure] = Math.round(value);
  }

  sum(measure, value) {
    this.set(measure, (this.#measures[measure] ?? 0) + value);
  }

  raise(measure, value) {
    this.set(measure, Math.max(this.#measures[measure] ?? 0, value));
  }

  noted() {
    const latency = [];
    this.#buckets.forEach((count, bucket) => count > 0 && latency.push([bucket, count]));
    return latency.length > 0 ? {measures: this.#measures, latency} : {measures: this.#measures};
  }
}
