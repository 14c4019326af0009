// What processes, threads and switches cost, measured by the shortest program that does each, with
// pipes where concbench uses futexes: the second way to the rows of `concbench claims`.
//
// Prints one JSON object; times are medians in ns.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most = 200, many = 1000 };
static double times[most];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int ascending(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static double median_of(void (*once)(void), int n) {
  for (int i = 0; i < n; ++i) {
    const double start = now();
    once();
    times[i] = now() - start;
  }
  qsort(times, (size_t)n, sizeof *times, ascending);
  return times[n / 2];
}

static void fork_once(void) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
}

static void spawn_once(void) {
  char* arguments[] = {"true", NULL};
  char* environment[] = {NULL};
  pid_t child;
  if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environment) != 0) abort();
  waitpid(child, NULL, 0);
}

static void exec_once(void) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/true", "true", (char*)NULL);
    _exit(1);
  }
  waitpid(child, NULL, 0);
}

static void* nothing(void* argument) { return argument; }

static pthread_t threads[many];

static void start_threads(void* (*body)(void*)) {
  for (int i = 0; i < many; ++i) {
    if (pthread_create(&threads[i], NULL, body, NULL) != 0) abort();
  }
}

static void join_threads(void) {
  for (int i = 0; i < many; ++i) pthread_join(threads[i], NULL);
}

static void many_threads(void) {
  start_threads(nothing);
  join_threads();
}

static void stay_on(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) abort();
}

// A byte goes to another process and back: two hops.
static double pipe_hop(int own_cpu, int other_cpu) {
  enum { rounds = 5000 };
  int to[2], from[2];
  char byte = 0;
  if (pipe(to) != 0 || pipe(from) != 0) abort();
  const pid_t child = fork();
  if (child == 0) {
    stay_on(other_cpu);
    for (int i = 0; i < rounds; ++i) {
      if (read(to[0], &byte, 1) != 1 || write(from[1], &byte, 1) != 1) _exit(1);
    }
    _exit(0);
  }
  stay_on(own_cpu);
  const double start = now();
  for (int i = 0; i < rounds; ++i) {
    if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1) abort();
  }
  const double took = now() - start;
  waitpid(child, NULL, 0);
  return took / (2.0 * rounds);
}

static double field_kib(const char* name) {
  FILE* const file = fopen("/proc/self/status", "r");
  char line[256];
  double value = -1;
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, name, strlen(name)) == 0) value = atof(line + strlen(name) + 1);
  }
  if (file) fclose(file);
  return value;
}

static pthread_barrier_t all_there, enough;

static void* wait_there(void* argument) {
  pthread_barrier_wait(&all_there);
  pthread_barrier_wait(&enough);
  return argument;
}

// With many threads that wait: what the address space and the resident memory grew by.
static void waiting_threads(double* virtual_kib, double* resident_kib) {
  pthread_barrier_init(&all_there, NULL, many + 1);
  pthread_barrier_init(&enough, NULL, many + 1);
  *virtual_kib = -field_kib("VmSize:");
  *resident_kib = -field_kib("VmRSS:");
  start_threads(wait_there);
  pthread_barrier_wait(&all_there);
  *virtual_kib += field_kib("VmSize:");
  *resident_kib += field_kib("VmRSS:");
  pthread_barrier_wait(&enough);
  join_threads();
}

// How many of three siblings live on after a fourth has crashed.
static int processes_after_crash(void) {
  pid_t children[4];
  for (int i = 0; i < 4; ++i) {
    children[i] = fork();
    if (children[i] == 0) {
      if (i == 0) raise(SIGSEGV);
      for (;;) pause();
    }
  }
  waitpid(children[0], NULL, 0);
  int alive = 0;
  for (int i = 1; i < 4; ++i) {
    alive += waitpid(children[i], NULL, WNOHANG) == 0;
    kill(children[i], SIGKILL);
    waitpid(children[i], NULL, 0);
  }
  return alive;
}

static void* crash(void* argument) {
  raise(SIGSEGV);
  return argument;
}

// Whether a process ends when one of its threads crashes.
static int ends_with_its_thread(void) {
  const pid_t child = fork();
  if (child == 0) {
    pthread_t thread;
    pthread_create(&thread, NULL, crash, NULL);
    pthread_join(thread, NULL);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static int seen;
static void* write_seen(void* argument) {
  seen = 1;
  return argument;
}

int main(int argc, char** argv) {
  const int one = argc > 1 ? atoi(argv[1]) : 0, other = argc > 2 ? atoi(argv[2]) : one;
  printf("{\"fork\": %.0f", median_of(fork_once, 200));
  printf(", \"posix_spawn\": %.0f", median_of(spawn_once, 100));
  printf(", \"fork_exec\": %.0f", median_of(exec_once, 100));

  const size_t gibi = (size_t)1 << 30;
  char* const memory =
      mmap(NULL, gibi, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  madvise(memory, gibi, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < gibi; i += 4096) memory[i] = 1;
  printf(", \"fork_1gib\": %.0f", median_of(fork_once, 9));
  munmap(memory, gibi);

  double virtual_kib, resident_kib;
  waiting_threads(&virtual_kib, &resident_kib);
  printf(", \"virtual_bytes\": %.0f, \"resident_bytes\": %.0f", 1024 * virtual_kib / many,
         1024 * resident_kib / many);
  printf(", \"processes_after_crash\": %d, \"ends_with_its_thread\": %d", processes_after_crash(),
         ends_with_its_thread());
  const pid_t child = fork();
  if (child == 0) {
    seen = 1;
    _exit(0);
  }
  waitpid(child, NULL, 0);
  const int by_process = seen;
  pthread_t thread;
  pthread_create(&thread, NULL, write_seen, NULL);
  pthread_join(thread, NULL);
  printf(", \"seen_from_process\": %d, \"seen_from_thread\": %d", by_process, seen);

  printf(", \"pipe_same\": %.0f", pipe_hop(one, one));
  printf(", \"pipe_cross\": %.0f", pipe_hop(one, other));
  stay_on(one);
  printf(", \"thread\": %.0f}\n", median_of(many_threads, 20) / many);
  return 0;
}
