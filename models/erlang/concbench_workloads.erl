%% Each workload's parameters, and the way from their values to a run: a function of a context. Names and
%% ranges are those of docs/protocol.md.
-module(concbench_workloads).
-export([names/0, prepare/2]).

%% The least that a process takes, measured with Erlang 25.
-define(PROCESS_BYTES, 2600).

parameters() ->
    Messages = #{capacity => {0, 1000000}, messages => {1, 1000000000}},
    #{fib => #{n => {0, 60}},
      skynet => #{leaves => {1, 1000000000}, branching => {2, 1000}},
      nqueens => #{n => {1, 16}},
      uts => #{tree => maps:keys(concbench_kernels:trees())},
      spawn => #{n => {1, 1000000000}},
      grain => #{tasks => {1, 1000000000}, ns => {0, 1000000}},
      ping_pong => #{hops => {1, 1000000000}, place => [<<"any">>, <<"same">>, <<"cross">>]},
      ring => #{tasks => {2, 10000000}, hops => {1, 1000000000}},
      spsc => Messages,
      mpsc => Messages#{producers => {1, 1000000}},
      mpmc => Messages#{producers => {1, 1000000}, consumers => {1, 1000000}},
      yield => #{tasks => {1, 10000000}, yields => {1, 1000000000}},
      mutex => #{tasks => {1, 1000000}, sections => {1, 1000000000}},
      hold => #{n => {1, 100000000}, touch => {0, 1048576}},
      sleepers => #{n => {1, 10000000}, first_us => {0, 60000000}, span_us => {0, 60000000}},
      chef => #{dishes => {1, 1000000}, chop_us => {0, 1000000}, boil_us => {0, 10000000}},
      echo => #{connections => {1, 1000000}, requests => {1, 1000000000}, rate => {0, 10000000},
                bytes => {8, 65536}, slow_permille => {0, 1000}, slow_us => {0, 1000000}}}.

names() -> maps:keys(parameters()).

%% Throws {refused, Reason}.
prepare(Name, Given) ->
    Known = [Workload || Workload <- names(), atom_to_binary(Workload) =:= Name],
    case Known of
        [Workload] -> to_run(Workload, checked(Workload, maps:get(Workload, parameters()), Given));
        [] -> refuse("there is no workload \"~ts\"", [Name])
    end.

checked(Workload, Parameters, Given) ->
    Unknown = maps:keys(Given) -- [atom_to_binary(Parameter) || Parameter <- maps:keys(Parameters)],
    [refuse("~s has no parameter \"~ts\"", [Workload, Parameter]) || Parameter <- Unknown],
    maps:map(fun(Parameter, Range) ->
                 check(Workload, Parameter, Range, maps:get(atom_to_binary(Parameter), Given, missing))
             end, Parameters).

check(Workload, Parameter, _, missing) -> refuse("~s.~s is missing", [Workload, Parameter]);
check(_, _, {Low, High}, Value) when is_integer(Value), Low =< Value, Value =< High -> Value;
check(Workload, Parameter, {Low, High}, Value) ->
    refuse("~s.~s=~p: must be a whole number from ~b to ~b", [Workload, Parameter, Value, Low, High]);
check(Workload, Parameter, Words, Value) ->
    lists:member(Value, Words) orelse
        refuse("~s.~s=~p: must be one of ~ts", [Workload, Parameter, Value, lists:join(", ", Words)]),
    Value.

to_run(fib, #{n := N}) -> tree(concbench_kernels:fib(N));
to_run(skynet, #{leaves := Leaves, branching := Branching}) ->
    try concbench_kernels:skynet(Leaves, Branching) of
        Kernel -> tree(Kernel)
    catch
        error:function_clause -> refuse("skynet.leaves must be a power of skynet.branching", [])
    end;
to_run(nqueens, #{n := N}) -> tree(concbench_kernels:nqueens(N));
to_run(uts, #{tree := Tree}) ->
    code:which(crypto) =/= non_existing orelse
        refuse("uts draws its trees by SHA-1, which is in the package erlang-crypto; it is not installed", []),
    tree(concbench_kernels:uts(Tree));
to_run(spawn, #{n := N}) -> fan(N, fun(I) -> I end);
to_run(grain, #{tasks := Tasks, ns := Ns}) ->
    Steps = concbench_waits:steps_in(Ns),
    fan(Tasks, fun(I) -> concbench_waits:work(Steps), I end);
to_run(ping_pong, #{place := Place}) when Place =/= <<"any">> ->
    refuse("ping_pong.place=~s: schedulers take processes from each other as they like", [Place]);
to_run(ping_pong, #{hops := Hops}) -> fun(Context) -> concbench_verbs:hand_off(2, Hops, Context) end;
to_run(ring, #{tasks := Tasks, hops := Hops}) ->
    gated(Tasks, fun(Context) -> concbench_verbs:hand_off(Tasks, Hops, Context) end);
to_run(spsc, V) -> exchange(V#{producers => 1, consumers => 1});
to_run(mpsc, V) -> exchange(V#{consumers => 1});
to_run(mpmc, V) -> exchange(V);
to_run(yield, #{tasks := Tasks, yields := Yields}) ->
    gated(Tasks, fun(Context) -> concbench_verbs:yielding(Tasks, Yields, Context) end);
to_run(mutex, #{tasks := Tasks, sections := Sections}) ->
    gated(Tasks, fun(Context) -> concbench_verbs:contend(Tasks, Sections, Context) end);
to_run(hold, #{n := N, touch := Touch}) ->
    concbench_machine:fits(N, ?PROCESS_BYTES + Touch),
    fun(Context) -> concbench_verbs:hold(N, Touch, Context) end;
to_run(sleepers, #{n := N, first_us := First, span_us := Span}) ->
    gated(N, fun(Context) -> concbench_waits:sleepers(N, First, Span, Context) end);
to_run(chef, #{dishes := Dishes, chop_us := Chop, boil_us := Boil}) ->
    gated(Dishes, fun(Context) -> concbench_waits:chef(Dishes, Chop, Boil, Context) end);
to_run(echo, V = #{connections := Connections, slow_us := SlowUs}) ->
    concbench_machine:fits_descriptors(Connections),
    concbench_echo:remember_cpus(),
    Echo = V#{slow_steps => concbench_waits:steps_in(SlowUs * 1000)},
    gated(Connections, fun(Context) -> concbench_echo:serve(Echo, Context) end).

tree(Kernel = #{nodes := Nodes}) -> gated(Nodes, fun(Context) -> concbench_verbs:fork_join(Kernel, Context) end).

fan(Tasks, Body) -> gated(Tasks, fun(Context) -> concbench_verbs:fan_out(Tasks, Body, Context) end).

exchange(V = #{producers := Producers, consumers := Consumers}) ->
    gated(Producers + Consumers, fun(Context) -> concbench_verbs:channel(V, Context) end).

%% The run, unless so many processes have no room.
gated(Tasks, Run) ->
    concbench_machine:fits(Tasks, ?PROCESS_BYTES),
    Run.

refuse(Format, Given) ->
    throw({refused, unicode:characters_to_binary(io_lib:format(Format, Given))}).
