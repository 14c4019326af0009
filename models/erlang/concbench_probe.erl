%% What an observed run notices: durations, in the log-linear histogram that docs/protocol.md describes,
%% which all processes may count into; and sums. Verbs ask with `none` where a run is not observed.
-module(concbench_probe).
-export([new/0, add/2, add_many/3, sum/3, noted/2, bucket/1]).

-define(PART_BITS, 6).
-define(OCTAVES, 42).
-define(BUCKETS, (((?OCTAVES - ?PART_BITS) bsl ?PART_BITS) + (1 bsl ?PART_BITS))).

%% Behind the buckets lie the sums.
-define(SUMS, [wait_ns, load_latency_ns, load_late_ns]).

new() -> counters:new(?BUCKETS + length(?SUMS), []).

bucket(Ns) when Ns < 0 -> 0;
bucket(Ns) when Ns bsr ?OCTAVES > 0 -> ?BUCKETS - 1;
bucket(Ns) when Ns < 2 bsl ?PART_BITS -> Ns;
bucket(Ns) ->
    Shift = highest_bit(Ns, 0) - ?PART_BITS,
    (Shift bsl ?PART_BITS) + (Ns bsr Shift).

highest_bit(1, Bit) -> Bit;
highest_bit(Ns, Bit) -> highest_bit(Ns bsr 1, Bit + 1).

add(none, _) -> ok;
add(Probe, Ns) -> counters:add(Probe, bucket(Ns) + 1, 1).

add_many(none, _, _) -> ok;
add_many(Probe, Bucket, Times) -> counters:add(Probe, Bucket + 1, Times).

sum(none, _, _) -> ok;
sum(Probe, Measure, Value) -> counters:add(Probe, place(Measure, ?SUMS, ?BUCKETS + 1), Value).

place(Measure, [Measure | _], Place) -> Place;
place(Measure, [_ | Others], Place) -> place(Measure, Others, Place + 1).

%% The fields of a sample.
noted(none, _) -> #{};
noted(Probe, Measures) ->
    Count = fun(Place) -> counters:get(Probe, Place) end,
    Sums = maps:from_list([{Name, Count(place(Name, ?SUMS, ?BUCKETS + 1))} || Name <- ?SUMS]),
    Latency = [[Place - 1, Count(Place)] || Place <- lists:seq(1, ?BUCKETS), Count(Place) > 0],
    All = maps:merge(maps:filter(fun(_, Sum) -> Sum > 0 end, Sums), Measures),
    case Latency of
        [] -> #{measures => All};
        _ -> #{measures => All, latency => Latency}
    end.
