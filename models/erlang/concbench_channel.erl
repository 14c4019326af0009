%% A bounded channel as a process: senders and takers call it, and it answers when their turn has come.
-module(concbench_channel).
-export([start/2, send/2, take/1, leave/1]).

-record(channel, {room, producers, messages = queue:new(), senders = queue:new(), takers = queue:new()}).

start(Capacity, Producers) ->
    spawn_link(fun() -> loop(#channel{room = Capacity, producers = Producers}) end).

%% Waits while the channel is full; without capacity, until the message has been taken.
send(Channel, Message) ->
    Channel ! {send, self(), Message},
    receive {Channel, sent} -> ok end.

%% `ended` once all producers have left and nothing is left.
take(Channel) ->
    Channel ! {take, self()},
    receive {Channel, taken, Message} -> Message end.

%% A producer that has sent its last.
leave(Channel) -> Channel ! leave.

loop(State = #channel{room = Room, producers = Producers, messages = Messages, senders = Senders, takers = Takers}) ->
    receive
        {send, From, Message} ->
            case queue:out(Takers) of
                {{value, Taker}, Others} ->
                    Taker ! {self(), taken, Message},
                    From ! {self(), sent},
                    loop(State#channel{takers = Others});
                {empty, _} when Room > 0 ->
                    From ! {self(), sent},
                    loop(State#channel{room = Room - 1, messages = queue:in(Message, Messages)});
                {empty, _} -> loop(State#channel{senders = queue:in({From, Message}, Senders)})
            end;
        {take, From} -> give(From, State);
        leave when Producers > 1 -> loop(State#channel{producers = Producers - 1});
        leave ->
            [Taker ! {self(), taken, ended} || Taker <- queue:to_list(Takers)],
            loop(State#channel{producers = 0, takers = queue:new()})
    end.

%% The oldest message; the sender who has waited longest takes its place.
give(To, State = #channel{room = Room, producers = Producers, messages = Messages, senders = Senders}) ->
    case {queue:out(Messages), queue:out(Senders)} of
        {{{value, Message}, Rest}, {{value, {From, Next}}, Others}} ->
            To ! {self(), taken, Message},
            From ! {self(), sent},
            loop(State#channel{messages = queue:in(Next, Rest), senders = Others});
        {{{value, Message}, Rest}, {empty, _}} ->
            To ! {self(), taken, Message},
            loop(State#channel{room = Room + 1, messages = Rest});
        {{empty, _}, {{value, {From, Message}}, Others}} ->
            To ! {self(), taken, Message},
            From ! {self(), sent},
            loop(State#channel{senders = Others});
        {{empty, _}, {empty, _}} when Producers =:= 0 ->
            To ! {self(), taken, ended},
            loop(State);
        {{empty, _}, {empty, _}} -> loop(State#channel{takers = queue:in(To, State#channel.takers)})
    end.
