#!/bin/bash
# GNU Pth 2.0.7 (Debian 12, libpth20 2.0.7-22): handing a token from one thread to another costs more
# the more other threads wait, although those take no part.
#
# Two threads pass a token by mutex and condition variable; others only wait for a condition that
# comes at the end. Seen on 2 CPUs of an x86-64 virtual machine, in µs of CPU time a hop, beside 0, 100
# and 1,000 waiting threads: 8.8, 98.5 and 934; 8.8, 98.8 and 989; 7.9, 95.7 and 919.
#
# That is linear: as if each entry of the scheduler looked at every waiting thread (the source was not
# read). A ring of 1,000 threads therefore measures those who wait, and two threads alone do not show
# it.
#
# Fails if 1,000 waiting threads make a hop less than 20 times as long.
set -euo pipefail

version=2.0.7-22
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq -o APT::Sandbox::User=root "libpth20=$version" "libpth-dev=$version"
for package in ./*.deb; do dpkg -x "$package" root; done

cat >hops.c <<'C'
#include <pth.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pth_mutex_t mutex = PTH_MUTEX_INIT;
static pth_cond_t turned = PTH_COND_INIT, over = PTH_COND_INIT;
static int turn, ended, waiting_now;
enum { hops = 100 };

static void *bystander(void *unused) {
  pth_mutex_acquire(&mutex, 0, NULL);
  ++waiting_now;
  while (!ended) pth_cond_await(&over, &mutex, NULL);
  pth_mutex_release(&mutex);
  return unused;
}

static void *player(void *me) {
  pth_mutex_acquire(&mutex, 0, NULL);
  for (int hop = 0; hop < hops; ++hop) {
    while (turn != (me != NULL)) pth_cond_await(&turned, &mutex, NULL);
    turn = !turn;
    pth_cond_notify(&turned, 1);
  }
  pth_mutex_release(&mutex);
  return NULL;
}

int main(int argc, char **argv) {
  const int bystanders = atoi(argv[argc - 1]);
  struct timespec from, to;
  pth_t *waiting = calloc((size_t)bystanders + 1, sizeof *waiting);
  pth_init();
  for (int i = 0; i < bystanders; ++i) waiting[i] = pth_spawn(PTH_ATTR_DEFAULT, bystander, NULL);
  while (waiting_now < bystanders) pth_yield(NULL);
  pth_t one = pth_spawn(PTH_ATTR_DEFAULT, player, NULL);
  pth_t other = pth_spawn(PTH_ATTR_DEFAULT, player, &turn);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
  pth_join(one, NULL);
  pth_join(other, NULL);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
  ended = 1;
  pth_cond_notify(&over, 1);
  for (int i = 0; i < bystanders; ++i) pth_join(waiting[i], NULL);
  printf("%.2f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / 2e3 / hops);
  return 0;
}
C
library=$(dirname "$(find root -name 'libpth.so.20')")
gcc -O2 -Iroot/usr/include hops.c "$library/libpth.so.20" -o hops

hop() { LD_LIBRARY_PATH=$library ./hops "$1"; }
none=$(hop 0) some=$(hop 100) many=$(hop 1000)
echo "µs a hop beside 0, 100 and 1,000 waiting threads: $none, $some, $many"
awk -v none="$none" -v many="$many" 'BEGIN { exit !(many >= 20 * none) }'
