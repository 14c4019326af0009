%% What the runtime may use of this machine: CPUs, where its threads ran, and how much memory.
-module(concbench_machine).
-export([confine/1, allowed/0, first_look/0, look_again/1, anonymous_memory/0, kernel_memory/0, fits/2,
         fits_descriptors/1]).

%% Throws {refused, Reason} unless all threads of the runtime are now confined to the CPUs.
confine(Cpus) ->
    List = lists:flatten(lists:join(",", [cpu(Cpu) || Cpu <- Cpus])),
    Said = os:cmd("taskset -acp " ++ List ++ " " ++ os:getpid() ++ " 2>&1 >/dev/null"),
    Wanted = lists:usort(Cpus),
    case lists:usort([mask(Thread) || Thread <- threads()]) of
        [Wanted] -> ok;
        _ -> refuse("cannot run on CPUs ~s: ~s", [List, string:trim(Said)])
    end.

cpu(Cpu) when is_integer(Cpu), Cpu >= 0 -> integer_to_list(Cpu);
cpu(Cpu) -> refuse("there is no CPU ~p", [Cpu]).

%% The CPUs that the runtime's threads may use.
allowed() -> lists:usort(lists:append([mask(Thread) || Thread <- threads()])).

threads() ->
    {ok, Names} = file:list_dir("/proc/self/task"),
    Names.

mask(Thread) ->
    {match, [List]} = re:run(read("/proc/self/task/" ++ Thread ++ "/status"), "Cpus_allowed_list:\\s*(\\S*)",
                             [{capture, all_but_first, list}]),
    lists:append([range(string:split(Range, "-")) || Range <- string:lexemes(List, ",")]).

range([One]) -> [list_to_integer(One)];
range([First, Last]) -> lists:seq(list_to_integer(First), list_to_integer(Last)).

%% A file's text, or nothing where there is none.
read(File) ->
    case file:read_file(File) of
        {ok, Text} -> Text;
        {error, _} -> <<>>
    end.

%% Sightings: by thread how long it ran, and where it was seen since it was bound; all CPUs; migrations.
%% A thread that has not run since the last look says nothing new.
first_look() ->
    {maps:from_list([{Thread, {Ran, none}} || Thread <- threads(), {_, Ran} <- [look(Thread)]]), [], 0}.

%% Returns what a sample says of the workers: null where the kernel does not tell.
look_again(Sightings) ->
    {_, Cpus, Migrations} = Seen = lists:foldl(fun note/2, Sightings, threads()),
    Cpu = case allowed() of [Only] -> Only; _ -> -1 end,
    {case Cpus of [] -> null; _ -> [#{cpu => Cpu, observed => Cpus, migrations => Migrations}] end, Seen}.

note(Thread, {Threads, Cpus, Migrations}) ->
    {Ran, Last} = maps:get(Thread, Threads, {none, none}),
    case look(Thread) of
        {Cpu, Now} when Now =/= Ran ->
            Moved = case Last of none -> 0; Cpu -> 0; _ -> 1 end,
            {Threads#{Thread => {Now, Cpu}}, lists:umerge([Cpu], Cpus), Migrations + Moved};
        _ -> {Threads, Cpus, Migrations}
    end.

%% The CPU is field 39 of stat, counted from behind the name, which may hold anything.
look(Thread) ->
    Folder = "/proc/self/task/" ++ Thread,
    case {string:split(read(Folder ++ "/stat"), ")", trailing), string:lexemes(read(Folder ++ "/schedstat"), " ")} of
        {[_, Fields], [Ran | _]} ->
            {binary_to_integer(lists:nth(39 - 2, string:lexemes(Fields, " "))), binary_to_integer(Ran)};
        _ -> none
    end.

%% What of the program is in memory and no part of a file, in bytes.
anonymous_memory() -> 1024 * number("/proc/self/status", "RssAnon:\\s*([0-9]+) kB").

%% What the kernel keeps, for whomever: stacks, page tables and slabs, in bytes.
kernel_memory() -> lists:sum([meminfo(Part) || Part <- ["KernelStack", "PageTables", "Slab"]]).

meminfo(Part) -> 1024 * number("/proc/meminfo", Part ++ ": +([0-9]+) kB").

%% Or `unknown`.
number(File, Pattern) ->
    case re:run(read(File), "^" ++ Pattern, [multiline, {capture, all_but_first, list}]) of
        {match, [Number]} -> list_to_integer(Number);
        nomatch -> unknown
    end.

%% Throws {refused, Reason} if so many processes of so many bytes cannot all be alive here.
fits(Tasks, Each) ->
    Most = erlang:system_info(process_limit) - 1000,
    Tasks =< Most orelse
        refuse("~b processes could be alive at once; +P, which follows from the free memory, is ~b", [Tasks, Most]),
    Group = re:replace(read("/proc/self/cgroup"), "^0::(.*)\n", "\\1", [{return, list}]),
    [Bytes >= Tasks * Each orelse
         refuse("~b processes of at least ~b bytes could be alive at once, which exceeds ~s, ~b MB",
                [Tasks, Each, Limit, Bytes div 1000000])
     || {Limit, Bytes} <- [{"the memory that is available", meminfo("MemAvailable")},
                           {"the cgroup's memory.max", number("/sys/fs/cgroup" ++ Group ++ "/memory.max",
                                                              "([0-9]+)$")}]],
    ok.

%% Throws {refused, Reason} if so many connections cannot all be open here.
fits_descriptors(Connections) ->
    Spare = 64,
    Limit = number("/proc/self/limits", "Max open files +([0-9]+)"),
    Connections + Spare =< Limit orelse
        refuse("~b connections take a descriptor each; RLIMIT_NOFILE is ~b", [Connections, Limit]).

refuse(Format, Given) ->
    throw({refused, unicode:characters_to_binary(io_lib:format(Format, Given))}).
