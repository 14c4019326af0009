%% Tasks that sleep, those that go through a recipe, and computations of a given length.
-module(concbench_waits).
-export([sleepers/4, chef/4, steps_in/1, work/1]).

-define(GOLDEN, 11400714819323198485).  % 2^64 / golden ratio

sleepers(Tasks, FirstUs, SpanUs, #{probe := Probe} = Context) ->
    Run = fun(Me, Opened) ->
              Deadline = Opened + delay(Me, FirstUs, SpanUs),
              sleep_until(Deadline),
              Late = concbench_verbs:now_ns() - Deadline,
              concbench_probe:add(Probe, Late),
              {case Late < 0 of true -> 0; false -> Me + 1 end, 1}
          end,
    concbench_verbs:gated(Tasks, Run, Context).

%% Neighbours' deadlines are far apart.
delay(Task, FirstUs, SpanUs) ->
    Part = (((Task * ?GOLDEN) band 16#ffffffffffffffff) bsr 11) / 9007199254740992,
    FirstUs * 1000 + trunc(SpanUs * 1.0e3 * Part).

%% A receive counts in milliseconds.
sleep_until(Deadline) ->
    case Deadline - concbench_verbs:now_ns() of
        Left when Left > 0 ->
            receive after (Left + 999999) div 1000000 -> ok end,
            sleep_until(Deadline);
        _ -> ok
    end.

%% Dishes that are chopped, boil alone, and are chopped again.
chef(Dishes, ChopUs, BoilUs, #{probe := Probe} = Context) ->
    Chop = steps_in(ChopUs * 1000),
    Run = fun(Me, _) ->
              work(Chop),
              Began = concbench_verbs:now_ns(),
              sleep_until(Began + BoilUs * 1000),
              Late = concbench_verbs:now_ns() - Began - BoilUs * 1000,
              concbench_probe:sum(Probe, wait_ns, BoilUs * 1000),
              concbench_probe:add(Probe, Late),
              work(Chop),
              Boiled = case Late < 0 of true -> 0; false -> (Me + 1) * 2 end,
              {(Me + 1) + Boiled + (Me + 1) * 4, 3}
          end,
    concbench_verbs:gated(Dishes, Run, Context).

%% Arithmetic of which each step needs the one before; a number of steps, not a time.
work(Steps) -> work(Steps, Steps).

work(0, X) -> X;
work(Steps, X) -> work(Steps - 1, (X * 1664525 + 1013904223) band 16#ffffffff).

%% How many steps fit is found once, as the quickest of several rounds. Ask before any clock runs.
steps_in(Ns) ->
    case persistent_term:get(?MODULE, none) of
        none ->
            persistent_term:put(?MODULE, lists:min([round_ns() || _ <- lists:seq(1, 30)])),
            steps_in(Ns);
        Round -> trunc(Ns * 20000 / Round)
    end.

round_ns() ->
    Began = concbench_verbs:now_ns(),
    work(20000),
    concbench_verbs:now_ns() - Began.
