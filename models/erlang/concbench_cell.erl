%% What has been opened: a workload, on the CPUs that the runtime is then confined to.
-module(concbench_cell).
-export([open/1, run/3]).

%% Throws {refused, Reason}.
open(Request) ->
    [refuse("erlang has no option \"~ts\"", [Name]) || Name <- maps:keys(maps:get(<<"options">>, Request, #{}))],
    Cpus = maps:get(<<"cpus">>, Request, []),
    is_list(Cpus) andalso Cpus =/= [] orelse refuse("cpus is empty: there is no worker", []),
    Perform = concbench_workloads:prepare(maps:get(<<"workload">>, Request, <<>>),
                                          maps:get(<<"params">>, Request, #{})),
    schedulers(length(Cpus)),
    concbench_machine:confine(Cpus),
    #{perform => Perform, slow_down => slow_down(), sightings => concbench_machine:first_look(),
      anonymous => concbench_machine:anonymous_memory()}.

%% The launcher started as many as the first message asked for. Another may ask for fewer.
schedulers(Workers) ->
    Most = erlang:system_info(schedulers),
    Workers =< Most orelse
        refuse("~b workers: this runtime was started for ~b; start it anew", [Workers, Most]),
    erlang:system_flag(schedulers_online, Workers).

slow_down() ->
    case init:get_plain_arguments() of
        [_Folder, "--slow-down=" ++ Percent] -> element(1, string:to_float(Percent ++ ".0"));
        _ -> 0.0
    end.

%% Performs the workload so many times, in a process that is the root of its tasks. A slow-down is real
%% work of which only the time is told.
%%
%% Exits of tasks pile up while the root still makes others: kept on its heap, as they are by default,
%% they are looked at in each of its collections (434 us a task for 80,000 of them, 2.8 us off the heap).
run(Cell = #{perform := Perform, slow_down := SlowDown}, Iterations, Observe) ->
    Context = #{probe => probe(Observe), anonymous => maps:get(anonymous, Cell)},
    Extra = round(Iterations * SlowDown / 100),
    {_, Root} = spawn_monitor(fun() ->
        process_flag(message_queue_data, off_heap),
        exit({done, repeat(Perform, Context, Iterations, Iterations + Extra)})
    end),
    receive
        {'DOWN', Root, process, _, {done, Sums}} -> sample(Cell, Iterations, Sums, Context);
        {'DOWN', Root, process, _, {{failed, Reason}, _}} -> throw({failed, Reason});
        {'DOWN', Root, process, _, {{nocatch, {failed, Reason}}, _}} -> throw({failed, Reason});
        {'DOWN', Root, process, _, Reason} -> throw({failed, iolist_to_binary(io_lib:format("~0p", [Reason]))})
    end.

probe(true) -> concbench_probe:new();
probe(false) -> none.

repeat(Perform, Context, Counted, All) ->
    First = Perform(Context),
    lists:foldl(fun(I, Sums) -> add(Sums, Perform(Context), I =< Counted) end, First, lists:seq(2, All)).

add(#{answer := Answer}, #{answer := Other}, _) when Answer =/= Other ->
    throw({failed, iolist_to_binary(io_lib:format("two runs answered differently: ~b and ~b", [Answer, Other]))});
add(Sums, One, Counts) ->
    Ops = case Counts of true -> maps:get(ops, One); false -> 0 end,
    Sum = fun(Name) -> maps:get(Name, Sums) + maps:get(Name, One) end,
    Sums#{ops := maps:get(ops, Sums) + Ops, wall := Sum(wall), cpu := Sum(cpu),
          measures := maps:get(measures, One)}.

sample(Cell, Iterations, #{answer := Answer, ops := Ops, wall := Wall, cpu := Cpu, measures := Measures},
       #{probe := Probe}) ->
    {Workers, Sightings} = concbench_machine:look_again(maps:get(sightings, Cell)),
    Sample = #{iterations => Iterations, answer => integer_to_binary(Answer), ops => Ops, wall_ns => Wall,
               cpu_ns => Cpu, voluntary => null, involuntary => null, workers => Workers},
    {maps:merge(Sample, concbench_probe:noted(Probe, Measures)), Cell#{sightings := Sightings}}.

refuse(Format, Given) ->
    throw({refused, unicode:characters_to_binary(io_lib:format(Format, Given))}).
