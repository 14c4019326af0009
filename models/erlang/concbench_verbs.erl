%% A verb runs any kernel of one shape as Erlang's users would: a process a task, messages between them,
%% and monitors to join them: a process's result is the reason of its exit. Each counts what it did.
%%
%% All return answer, ops, the times of the interval, and measures of an observed run.
-module(concbench_verbs).
-export([fork_join/2, fan_out/3, hand_off/3, channel/2, yielding/3, contend/3, hold/3, gated/3, now_ns/0, use_stack/1]).

now_ns() -> erlang:monotonic_time(nanosecond).

%% CPU time is read before the wall clock, and after it at the end, so that reading it is not timed.
start() ->
    {Cpu, _} = statistics(runtime),
    {Cpu, now_ns()}.

stop({CpuBefore, Started}) ->
    Ended = now_ns(),
    {Cpu, _} = statistics(runtime),
    {Ended - Started, (Cpu - CpuBefore) * 1000000}.

task(Body) -> spawn_monitor(fun() -> exit({done, Body()}) end).

join({Pid, Monitor}) ->
    receive {'DOWN', Monitor, process, Pid, Reason} -> result(Reason) end.

result({done, Result}) -> Result;
result(Reason) -> exit(Reason).

%% Joins in whatever order they end.
join_all(0, Tally) -> Tally;
join_all(Left, {Answer, Ops}) ->
    receive
        {'DOWN', _, process, _, Reason} ->
            {More, Count} = result(Reason),
            join_all(Left - 1, {Answer + More, Ops + Count})
    end.

outcome({Answer, Ops}, {Wall, Cpu}) -> outcome({Answer, Ops}, {Wall, Cpu}, #{}).

outcome({Answer, Ops}, {Wall, Cpu}, Measures) ->
    #{answer => Answer, ops => Ops, wall => Wall, cpu => Cpu, measures => Measures}.

fork_join(Kernel = #{root := Root, answer := Answer}, _) ->
    Clock = start(),
    {Result, Ops} = join(task(fun() -> visit(Kernel, Root) end)),
    Times = stop(Clock),
    outcome({Answer(Result), Ops}, Times).

visit(Kernel = #{children := Children, leaf := Leaf, fold := Fold}, Node) ->
    case Children(Node) of
        [] -> {Leaf(Node), 1};
        Below ->
            Tasks = [task(fun() -> visit(Kernel, Child) end) || Child <- Below],
            [{First, Ops} | Others] = [join(Task) || Task <- Tasks],
            lists:foldl(fun({Result, Count}, {All, Sum}) -> {Fold(All, Result), Sum + Count} end,
                        {First, Ops + 1}, Others)
    end.

fan_out(Tasks, Body, #{probe := Probe}) ->
    Clock = start(),
    spread(0, Tasks, Body, Probe),
    Tally = join_all(Tasks, {0, 0}),
    Times = stop(Clock),
    outcome(Tally, Times).

spread(Tasks, Tasks, _, _) -> ok;
spread(I, Tasks, Body, none) ->
    task(fun() -> {Body(I), 1} end),
    spread(I + 1, Tasks, Body, none);
spread(I, Tasks, Body, Probe) ->
    Made = now_ns(),
    task(fun() ->
             concbench_probe:add(Probe, now_ns() - Made),
             {Body(I), 1}
         end),
    spread(I + 1, Tasks, Body, Probe).

%% Times from the gate's opening, once all participants wait for it, to the last one's end. The first to
%% be told of the opening is the first to be made.
gated(Participants, Run, Context) -> gated(Participants, Run, fun(_) -> ok end, Context).

%% Before the gate is opened, Prepare is given all of them.
gated(Participants, Run, Prepare, _) ->
    Root = self(),
    Made = [task(fun() ->
                     Root ! arrived,
                     receive {go, Opened} -> Run(I, Opened) end
                 end) || I <- lists:seq(0, Participants - 1)],
    Pids = [Pid || {Pid, _} <- Made],
    [receive arrived -> ok end || _ <- Pids],
    Prepare(Pids),
    Clock = {_, Opened} = start(),
    [Pid ! {go, Opened} || Pid <- Pids],
    Tally = join_all(Participants, {0, 0}),
    Times = stop(Clock),
    outcome(Tally, Times).

%% Each process sends the token to the next, whom it is told before the gate opens.
hand_off(Tasks, Hops, #{probe := Probe} = Context) ->
    Run = fun(Me, _) ->
              Next = receive {next, Pid} -> Pid end,
              case Me < Hops of
                  true when Me =:= 0 -> pass(Me, 0, {0, 0}, Tasks, Hops, Next, Probe);
                  true -> await(Me, Me, 0, Tasks, Hops, Next, Probe);
                  false -> {0, 0}
              end
          end,
    Acquaint = fun([First | Others] = Pids) ->
                   lists:foreach(fun({Pid, Next}) -> Pid ! {next, Next} end, lists:zip(Pids, Others ++ [First]))
               end,
    gated(Tasks, Run, Acquaint, Context).

await(Me, Hop, Ops, Tasks, Hops, Next, Probe) ->
    receive {token, Token, Sent} -> pass(Me, Hop, {Token, Sent}, Ops, Tasks, Hops, Next, Probe) end.

pass(Me, Hop, {Token, Sent}, Tasks, Hops, Next, Probe) -> pass(Me, Hop, {Token, Sent}, 0, Tasks, Hops, Next, Probe).

pass(Me, Hop, {Token, Sent}, Ops, Tasks, Hops, Next, Probe) ->
    Now = note_hop(Probe, Hop, Sent),
    Passed = Token + Me + 1,
    if
        Hop =:= Hops - 1 -> {Passed, Ops + 1};
        true ->
            Next ! {token, Passed, Now},
            case Hop + Tasks < Hops of
                true -> await(Me, Hop + Tasks, Ops + 1, Tasks, Hops, Next, Probe);
                false -> {0, Ops + 1}
            end
    end.

note_hop(none, _, _) -> 0;
note_hop(_, 0, _) -> now_ns();
note_hop(Probe, _, Sent) ->
    Now = now_ns(),
    concbench_probe:add(Probe, Now - Sent),
    Now.

%% Messages have no bound in Erlang: the channel is a process that answers a sender once there is room.
channel(#{producers := Producers, consumers := Consumers, capacity := Capacity, messages := Messages},
        #{probe := Probe} = Context) ->
    Channel = concbench_channel:start(Capacity, Producers),
    Run = fun(Me, _) when Me < Producers ->
                  {First, Last} = share(Messages, Producers, Me),
                  send(Channel, First, Last, Probe);
             (_, _) -> take(Channel, 0, 0, Probe)
          end,
    gated(Producers + Consumers, Run, Context).

send(Channel, Last, Last, _) ->
    concbench_channel:leave(Channel),
    {0, 0};
send(Channel, I, Last, Probe) ->
    Sent = case Probe of none -> 0; _ -> now_ns() end,
    concbench_channel:send(Channel, {I + 1, Sent}),
    send(Channel, I + 1, Last, Probe).

take(Channel, Answer, Ops, Probe) ->
    case concbench_channel:take(Channel) of
        ended -> {Answer, Ops};
        {Item, Sent} ->
            Probe =:= none orelse concbench_probe:add(Probe, now_ns() - Sent),
            take(Channel, Answer + Item, Ops + 1, Probe)
    end.

%% The part [first, last) of things that falls to the index-th of parts.
share(Things, Parts, Index) ->
    {Each, Rest} = {Things div Parts, Things rem Parts},
    First = Index * Each + min(Index, Rest),
    {First, First + Each + case Index < Rest of true -> 1; false -> 0 end}.

yielding(Tasks, Yields, Context) ->
    gated(Tasks, fun(Me, _) -> give_way(Me + 1, Yields, 0, 0) end, Context).

give_way(_, Yields, Answer, Yields) -> {Answer, Yields};
give_way(Tick, Yields, Answer, Ops) ->
    erlang:yield(),
    give_way(Tick, Yields, Answer + Tick, Ops + 1).

%% Nothing is shared, so that nothing is locked: a section is what the process does that owns the state,
%% when it is asked to.
contend(Tasks, Sections, #{probe := Probe} = Context) ->
    Owner = concbench_owner:start(Sections, Probe),
    Run = fun(_, _) -> enter(Owner, Sections, 0, Probe) end,
    Outcome = gated(Tasks, Run, Context),
    {Sum, Measures} = concbench_owner:stop(Owner),
    Outcome#{answer := Sum, measures := Measures}.

enter(_, Sections, Sections, _) -> {0, Sections};
enter(Owner, Sections, Had, Probe) ->
    concbench_owner:enter(Owner, Had + 1, Probe),
    enter(Owner, Sections, Had + 1, Probe).

%% Making and releasing them is timed; what it costs to have them is looked at in between.
hold(Tasks, Touch, #{probe := Probe, anonymous := AnonymousAtOpen}) ->
    Root = self(),
    KernelBefore = case Probe of none -> 0; _ -> concbench_machine:kernel_memory() end,
    Making = start(),
    Pids = [element(1, task(fun() ->
                                use_stack(Touch),
                                Root ! alive,
                                receive release -> {I + 1, 1} end
                            end)) || I <- lists:seq(0, Tasks - 1)],
    Alive = length([receive alive -> ok end || _ <- Pids]),
    {MadeWall, MadeCpu} = stop(Making),
    Grown = case Probe of none -> #{}; _ -> growth(AnonymousAtOpen, KernelBefore, Alive) end,
    Releasing = start(),
    [Pid ! release || Pid <- Pids],
    Tally = join_all(Tasks, {0, 0}),
    {ReleasedWall, ReleasedCpu} = stop(Releasing),
    outcome(Tally, {MadeWall + ReleasedWall, MadeCpu + ReleasedCpu},
            Grown#{peak_live => Alive, make_ns => MadeWall, release_ns => ReleasedWall}).

%% Frames of 16 bytes on the process's own stack.
use_stack(Bytes) when Bytes =< 0 -> 0;
use_stack(Bytes) -> 1 + use_stack(Bytes - 16).

%% What others gave back meanwhile may make it negative: then it is not known.
growth(AnonymousAtOpen, KernelBefore, Tasks) ->
    erlang:garbage_collect(),
    User = concbench_machine:anonymous_memory() - AnonymousAtOpen,
    Kernel = concbench_machine:kernel_memory() - KernelBefore,
    maps:from_list([{Name, Bytes div Tasks}
                    || {Name, Bytes} <- [{user_bytes_per_task, User}, {kernel_bytes_per_task, Kernel}], Bytes >= 0]).
