%% concbench-erlang runs concbench's workloads on Erlang's processes. It speaks the worker protocol of
%% docs/protocol.md over its standard input and output.
-module(concbench).
-export([hello/0, main/0]).

-define(LONGEST_LINE, 1048576).

%% What the launcher says at once; the build writes it into a file.
hello() ->
    concbench_json:encode(#{
        type => <<"hello">>, protocol => 1, program => <<"concbench-erlang">>, version => <<"0.1.0">>,
        model => <<"erlang">>, workloads => concbench_workloads:names(),
        refuses => #{block => <<"a process of Erlang makes no system call that blocks for a given time: "
                                "files and sockets are left to the runtime's own threads">>}}).

%% The launcher has read the first line.
main() ->
    Port = open_port({fd, 0, 1}, [{line, ?LONGEST_LINE}, binary, eof]),
    First = unicode:characters_to_binary(os:getenv("CONCBENCH_FIRST")),
    converse(Port, First, none).

converse(Port, Line, Cell) ->
    try handle(parse(Line), Cell) of
        {close, Fields} ->
            reply(Port, Fields),
            erlang:halt(0);
        {Fields, Next} ->
            reply(Port, Fields),
            converse(Port, next(Port), Next)
    catch
        throw:{violation, Reason} -> violate(Port, Reason)
    end.

next(Port) ->
    receive
        {Port, {data, {eol, Line}}} -> Line;
        {Port, {data, {noeol, _}}} -> violate(Port, <<"the line is too long">>);
        {Port, eof} -> erlang:halt(0)  % the session has gone: nobody is left to be told
    end.

reply(Port, Fields) ->
    port_command(Port, [concbench_json:encode(Fields), $\n]).

violate(Port, Reason) ->
    reply(Port, #{type => <<"failed">>, reason => Reason}),
    erlang:halt(1).

parse(Line) ->
    try concbench_json:decode(Line) of
        #{<<"type">> := Type} = Request when is_binary(Type) -> Request;
        _ -> throw({violation, <<"the line is no JSON object with a type">>})
    catch
        error:_ -> throw({violation, <<"the line is no JSON">>})
    end.

%% Returns the reply, and the cell that is open then.
handle(#{<<"type">> := <<"open">>}, Cell) when Cell =/= none ->
    throw({violation, <<"open: a cell is open already">>});
handle(#{<<"type">> := <<"open">>} = Request, none) ->
    try concbench_cell:open(Request) of
        Cell -> {#{type => <<"opened">>, cold_start_ns => null}, Cell}  % the runtime starts before this module
    catch
        throw:{refused, Reason} -> {#{type => <<"refused">>, reason => Reason}, none}
    end;
handle(#{<<"type">> := <<"run">>}, none) ->
    throw({violation, <<"run: no cell is open">>});
handle(#{<<"type">> := <<"run">>, <<"iterations">> := Iterations} = Request, Cell)
        when is_integer(Iterations), Iterations >= 1 ->
    try concbench_cell:run(Cell, Iterations, maps:get(<<"observe">>, Request, false) =:= true) of
        {Sample, Next} -> {Sample#{type => <<"sample">>}, Next}
    catch
        throw:{failed, Reason} -> {#{type => <<"failed">>, reason => Reason}, Cell}
    end;
handle(#{<<"type">> := <<"run">>}, _) ->
    throw({violation, <<"run: iterations must be a whole number, at least 1">>});
handle(#{<<"type">> := <<"close">>}, _) ->
    Library = ["Erlang/OTP ", erlang:system_info(otp_release), ", ERTS ", erlang:system_info(version)],
    Notes = #{library => iolist_to_binary(Library),
              garbage => <<"the root's is collected by hand before the memory of hold is read; a task's never">>,
              timers => <<"a process waits in milliseconds">>,
              cpu => <<"the runtime tells CPU time in milliseconds">>,
              idle => <<"schedulers spin for a while, then sleep: +sbwt as it comes">>},
    {close, #{type => <<"closed">>, children_peak_rss_bytes => null, notes => Notes}};
handle(#{<<"type">> := Type}, _) ->
    throw({violation, iolist_to_binary(["no message has the type ", Type])}).
