%% The process that owns what sections change. While it is observed, it notes how long each waited for it
%% and, once the first task is through, what share each had by its next section.
-module(concbench_owner).
-export([start/2, enter/3, stop/1]).

-record(state, {sections, probe, entered = 0, sum = 0, through = false, shares = #{}, longest = 0}).

start(Sections, Probe) -> spawn_link(fun() -> loop(#state{sections = Sections, probe = Probe}) end).

%% One section: the caller's Had-th.
enter(Owner, Had, none) -> call(Owner, {enter, self(), Had, 0});
enter(Owner, Had, _) -> call(Owner, {enter, self(), Had, concbench_verbs:now_ns()}).

call(Owner, Message) ->
    Owner ! Message,
    receive {Owner, Reply} -> Reply end.

%% Returns the sum, and the measures.
stop(Owner) -> call(Owner, {stop, self()}).

loop(State = #state{entered = Entered, sum = Sum}) ->
    receive
        {enter, From, Had, Asked} ->
            Noted = note(State, From, Had, Asked),
            From ! {self(), entered},
            loop(Noted#state{entered = Entered + 1, sum = Sum + Entered + 1});
        {stop, From} -> From ! {self(), {Sum, measures(State)}}
    end.

note(State = #state{probe = none}, _, _, _) -> State;
note(State = #state{probe = Probe, sections = Sections, shares = Shares}, From, Had, Asked) ->
    Waited = concbench_verbs:now_ns() - Asked,
    concbench_probe:add(Probe, Waited),
    Through = State#state.through orelse Had =:= Sections,
    Compared = case Through andalso not is_map_key(From, Shares) of true -> Shares#{From => Had}; false -> Shares end,
    State#state{through = Through, shares = Compared, longest = max(Waited, State#state.longest)}.

measures(#state{probe = none}) -> #{};
measures(#state{shares = Shares, longest = Longest}) ->
    #{share_low => lists:min(maps:values(Shares)), share_high => lists:max(maps:values(Shares)),
      longest_wait_ns => Longest}.
