%% What a process of Erlang costs, measured by the shortest program that does each: the second way to
%% what concbench-erlang measures. Prints one JSON object; times are in ns, for one, and the least of a
%% second's rounds.
-module(costs).
-export([main/0]).

main() ->
    io:format("{\"spawn\": ~.1f, \"ping_pong\": ~.1f}~n", [least(fun spawn_all/0), least(fun ping_pong/0)]),
    halt().

%% Each round is a process's own, as each of a worker's is.
least(Round) -> least(Round, now_ns() + 1000000000, infinity).

least(Round, End, Best) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({took, Round()}) end),
    Took = receive {'DOWN', Monitor, process, Pid, {took, Time}} -> Time end,
    case now_ns() < End of
        true -> least(Round, End, min(Took, Best));
        false -> min(Took, Best)
    end.

spawn_all() ->
    Start = now_ns(),
    [spawn_monitor(fun() -> exit({done, I}) end) || I <- lists:seq(0, 999)],
    499500 = join(1000, 0),
    (now_ns() - Start) / 1000.

join(0, Sum) -> Sum;
join(Left, Sum) -> receive {'DOWN', _, process, _, {done, I}} -> join(Left - 1, Sum + I) end.

ping_pong() ->
    Hops = 10000,
    Root = self(),
    Second = spawn_link(fun() -> play(Hops, Root) end),
    First = spawn_link(fun() -> receive go -> Second ! {token, 1, self()}, play(Hops, Root) end end),
    Start = now_ns(),
    First ! go,
    receive {last, Hops} -> ok end,
    (now_ns() - Start) / Hops.

play(Hops, Root) ->
    receive
        {token, Hop, _} when Hop =:= Hops - 1 -> Root ! {last, Hop + 1};
        {token, Hop, From} -> From ! {token, Hop + 1, self()}, play(Hops, Root)
    end.

now_ns() -> erlang:monotonic_time(nanosecond).
