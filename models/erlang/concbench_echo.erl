%% A server that sends back what it gets, and its clients: `concbench load`, the same generator that all
%% models are asked by, on other CPUs than the server's where there are any.
-module(concbench_echo).
-export([serve/2, remember_cpus/0]).

-define(GOLDEN, 11400714819323198485).  % 2^64 / golden ratio

%% What the runtime may use before it is confined.
remember_cpus() -> persistent_term:put(?MODULE, concbench_machine:allowed()).

%% A process a connection, which waits in receive for the runtime's own poller.
serve(#{connections := Connections} = Echo, #{probe := Probe} = Context) ->
    {ok, Listener} = gen_tcp:listen(0, [binary, {active, false}, {nodelay, true}, {ip, {127, 0, 0, 1}},
                                        {backlog, 4096}]),
    {ok, Number} = inet:port(Listener),
    Load = open_port({spawn_executable, filename:join(folder(), "concbench")},
                     [{args, arguments(Echo, Number)}, {line, 1 bsl 20}, binary, exit_status]),
    Sockets = list_to_tuple([accept(Listener, Load) || _ <- lists:seq(1, Connections)]),
    gen_tcp:close(Listener),
    <<"ready">> = line(Load),
    Run = fun(Me, _) ->
              Me =:= 0 andalso port_command(Load, <<"go\n">>),
              answer(element(Me + 1, Sockets), Echo, 0, 0)
          end,
    Outcome = concbench_verbs:gated(Connections, Run, Context),
    note(concbench_json:decode(line(Load)), Probe),
    [gen_tcp:close(Socket) || Socket <- tuple_to_list(Sockets)],
    Outcome.

folder() -> hd(init:get_plain_arguments()).

arguments(#{connections := Connections, requests := Requests, rate := Rate, bytes := Bytes}, Port) ->
    Others = persistent_term:get(?MODULE) -- concbench_machine:allowed(),
    ["load"] ++ [lists:flatten(io_lib:format(Format, [Value])) || {Format, Value} <- [
        {"--port=~b", Port}, {"--connections=~b", Connections}, {"--requests=~b", Requests}, {"--rate=~b", Rate},
        {"--bytes=~b", Bytes}]] ++
    case Others of
        [] -> [];
        _ -> ["--cpus=" ++ lists:flatten(lists:join(",", [integer_to_list(Cpu) || Cpu <- Others])), "--spin"]
    end.

%% Nobody will connect any more when the generator has ended.
accept(Listener, Load) ->
    case gen_tcp:accept(Listener, 100) of
        {ok, Socket} -> Socket;
        {error, timeout} ->
            receive {Load, {exit_status, Status}} -> fail("their process ended with ~b", [Status])
            after 0 -> accept(Listener, Load)
            end;
        {error, Reason} -> fail("accept: ~p", [Reason])
    end.

line(Load) ->
    receive
        {Load, {data, {eol, Line}}} -> Line;
        {Load, {exit_status, Status}} -> fail("their process ended early, with ~b", [Status])
    end.

fail(Format, Given) ->
    exit({{failed, iolist_to_binary(["the clients failed: ", io_lib:format(Format, Given)])}, []}).

%% Answers until the client closes the connection. One that breaks off is its own witness.
answer(Socket, #{bytes := Bytes} = Echo, Answer, Ops) ->
    case gen_tcp:recv(Socket, Bytes) of
        {ok, Request} ->
            Counted = counted(Request, Echo),
            case gen_tcp:send(Socket, Request) of
                ok -> answer(Socket, Echo, Answer + Counted, Ops + 1);
                {error, _} -> {Answer, Ops}
            end;
        {error, _} -> {Answer, Ops}
    end.

%% 0 for a garbled request, which makes a wrong answer.
counted(<<Number:64/little, Rest/binary>>, #{slow_permille := Permille, slow_steps := Steps}) ->
    case follows(Rest, Number + 8) of
        false -> 0;
        true ->
            Part = ((Number * ?GOLDEN) band 16#ffffffffffffffff) bsr 32,
            (Part * 1000) bsr 32 < Permille andalso concbench_waits:work(Steps),
            Number + 1
    end.

follows(<<>>, _) -> true;
follows(<<Byte, Rest/binary>>, Next) when Byte =:= Next band 255 -> follows(Rest, Next + 1);
follows(_, _) -> false.

note(#{<<"latency">> := Latency, <<"latency_ns">> := LatencyNs, <<"late_ns">> := LateNs}, Probe) ->
    [concbench_probe:add_many(Probe, Bucket, Times) || [Bucket, Times] <- Latency],
    concbench_probe:sum(Probe, load_latency_ns, LatencyNs),
    concbench_probe:sum(Probe, load_late_ns, LateNs).
