%% The kernels of trees, as maps: the root, how many nodes there are, a node's children (a leaf has none),
%% the result of a leaf, the fold of two results, the answer.
-module(concbench_kernels).
-export([fib/1, skynet/2, nqueens/1, uts/1, trees/0]).

-define(SUMMED, fold => fun(Left, Right) -> Left + Right end, answer => fun(Result) -> Result end).

fib(N) ->
    #{?SUMMED, root => N, nodes => 2 * fibonacci(N, 1, 1) - 1,
      children => fun(Node) when Node < 2 -> []; (Node) -> [Node - 1, Node - 2] end,
      leaf => fun(Node) -> Node end}.

fibonacci(0, This, _) -> This;
fibonacci(N, This, Next) -> fibonacci(N - 1, Next, This + Next).

%% A wide tree that numbers its leaves. Error if they are no power of its branching.
skynet(Leaves, Branching) ->
    #{?SUMMED, root => {0, Leaves}, nodes => count_nodes(Leaves, Branching),
      children => fun({_, 1}) -> [];
                     ({First, Count}) ->
                         Each = Count div Branching,
                         [{First + I * Each, Each} || I <- lists:seq(0, Branching - 1)]
                  end,
      leaf => fun({First, _}) -> First end}.

count_nodes(1, _) -> 1;
count_nodes(Level, Branching) when Level rem Branching =:= 0 -> Level + count_nodes(Level div Branching, Branching).

%% A node is the squares of the next row that are attacked straight ahead, and on both diagonals.
nqueens(N) ->
    Board = (1 bsl N) - 1,
    Nodes = {2, 3, 6, 17, 54, 153, 552, 2057, 8394, 35539, 166926, 856189, 4674890, 27358553, 171129072, 1141190303},
    #{?SUMMED, root => {0, 0, 0}, nodes => element(N, Nodes),
      children => fun({Columns, Left, Right} = Node) -> safe(Board band bnot (Columns bor Left bor Right), Node) end,
      leaf => fun({Board_, _, _}) when Board_ =:= Board -> 1; (_) -> 0 end}.

safe(0, _) -> [];
safe(Squares, {Columns, Left, Right} = Node) ->
    Queen = Squares band -Squares,
    [{Columns bor Queen, (Left bor Queen) bsl 1, (Right bor Queen) bsr 1} | safe(Squares - Queen, Node)].

%% law, children of the root or their mean, depth, q, m, seed, {nodes, leaves, depth}
trees() ->
    #{<<"tiny">> => {linear, 4, 5, 0, 0, 9, {238, 150, 5}},
      <<"small">> => {binomial, 500, 0, 0.12, 8, 8, {10093, 8893, 46}},
      <<"T1">> => {fixed, 4, 10, 0, 0, 19, {4130071, 3305118, 10}},
      <<"T3">> => {binomial, 2000, 0, 0.124875, 8, 42, {4112897, 3599034, 1572}},
      <<"T5">> => {linear, 4, 20, 0, 0, 34, {4147582, 2181318, 20}}}.

%% Unbalanced Tree Search: the children of a node are drawn from its own random bytes.
uts(Name) ->
    Tree = {_, _, _, _, _, Seed, {Nodes, Leaves, Deepest}} = maps:get(Name, trees()),
    #{root => {crypto:hash(sha, <<0:128, Seed:32>>), 0, 1}, nodes => Nodes,
      children => fun({Random, Depth, Unspoken}) ->
                      [{crypto:hash(sha, <<Random/binary, I:32>>), Depth + 1,
                        case I of 0 -> Unspoken + 1; _ -> 1 end}
                       || I <- lists:seq(0, count(Tree, Random, Depth) - 1)]
                  end,
      leaf => fun({_, Depth, Unspoken}) -> {Unspoken, 1, Depth} end,
      fold => fun({A, B, C}, {D, E, F}) -> {A + D, B + E, max(C, F)} end,
      %% 0 for a tree that has not the right leaves and depth
      answer => fun({All, L, D}) when L =:= Leaves, D =:= Deepest -> All; (_) -> 0 end}.

count({binomial, Branching, _, _, _, _, _}, _, 0) -> Branching;
count({binomial, _, _, Q, M, _, _}, Random, _) ->
    case uniform(Random) < Q of true -> M; false -> 0 end;
count({_, _, Deepest, _, _, _, _}, _, Depth) when Depth >= Deepest -> 0;
count({Law, Branching, Deepest, _, _, _, _}, Random, Depth) ->
    Mean = case Law of fixed -> Branching; linear -> Branching * (1 - Depth / Deepest) end,
    min(100, floor(math:log(1 - uniform(Random)) / math:log(1 - 1 / (1 + Mean)))).

uniform(<<_:16/binary, _:1, Random:31>>) -> Random / 2147483648.
