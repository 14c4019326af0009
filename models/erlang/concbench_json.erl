%% JSON as far as messages need it, for releases before 27, which have none: objects are maps, strings
%% binaries. Fails with an error on what is no JSON.
-module(concbench_json).
-export([decode/1, encode/1]).

decode(Text) ->
    {Value, Rest} = value(skip(Text)),
    <<>> = skip(Rest),
    Value.

skip(<<C, Rest/binary>>) when C =:= $\s; C =:= $\t; C =:= $\r; C =:= $\n -> skip(Rest);
skip(Text) -> Text.

value(<<"true", Rest/binary>>) -> {true, Rest};
value(<<"false", Rest/binary>>) -> {false, Rest};
value(<<"null", Rest/binary>>) -> {null, Rest};
value(<<$", Rest/binary>>) -> string(Rest, []);
value(<<${, Rest/binary>>) -> members(skip(Rest), #{});
value(<<$[, Rest/binary>>) -> elements(skip(Rest), []);
value(Text) -> number(Text).

members(<<$}, Rest/binary>>, Map) when map_size(Map) =:= 0 -> {Map, Rest};
members(<<$", Text/binary>>, Map) ->
    {Name, AfterName} = string(Text, []),
    <<$:, AfterColon/binary>> = skip(AfterName),
    {Value, AfterValue} = value(skip(AfterColon)),
    case skip(AfterValue) of
        <<$,, Rest/binary>> -> members(skip(Rest), Map#{Name => Value});
        <<$}, Rest/binary>> -> {Map#{Name => Value}, Rest}
    end.

elements(<<$], Rest/binary>>, []) -> {[], Rest};
elements(Text, Before) ->
    {Value, AfterValue} = value(Text),
    case skip(AfterValue) of
        <<$,, Rest/binary>> -> elements(skip(Rest), [Value | Before]);
        <<$], Rest/binary>> -> {lists:reverse(Before, [Value]), Rest}
    end.

string(<<$", Rest/binary>>, Text) -> {unicode:characters_to_binary(lists:reverse(Text)), Rest};
string(<<"\\u", Hex:4/binary, Rest/binary>>, Text) -> string(Rest, [binary_to_integer(Hex, 16) | Text]);
string(<<$\\, C, Rest/binary>>, Text) ->
    #{C := Meant} = #{$" => $", $\\ => $\\, $/ => $/, $b => $\b, $f => $\f, $n => $\n, $r => $\r, $t => $\t},
    string(Rest, [Meant | Text]);
string(<<C/utf8, Rest/binary>>, Text) when C >= 32 -> string(Rest, [C | Text]).

number(Text) ->
    {match, [{0, Length}]} = re:run(Text, "^-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?", [{capture, first}]),
    <<Digits:Length/binary, Rest/binary>> = Text,
    {number_of(Digits), Rest}.

number_of(Digits) ->
    try binary_to_integer(Digits)
    catch error:badarg ->
        {ok, [Number], []} = io_lib:fread("~f", binary_to_list(Digits)),
        Number
    end.

encode(Map) when is_map(Map) ->
    Members = [[encode(Name), $:, encode(Value)] || {Name, Value} <- maps:to_list(Map)],
    [${, lists:join($,, Members), $}];
encode(List) when is_list(List) -> [$[, lists:join($,, [encode(Value) || Value <- List]), $]];
encode(Number) when is_integer(Number) -> integer_to_binary(Number);
encode(Atom) when Atom =:= true; Atom =:= false; Atom =:= null -> atom_to_binary(Atom);
encode(Name) when is_atom(Name) -> encode(atom_to_binary(Name));
encode(Text) when is_binary(Text) -> [$", << <<(escaped(C))/binary>> || <<C/utf8>> <= Text >>, $"].

escaped($") -> <<"\\\"">>;
escaped($\\) -> <<"\\\\">>;
escaped(C) when C < 32 -> iolist_to_binary(io_lib:format("\\u~4.16.0b", [C]));
escaped(C) -> <<C/utf8>>.
